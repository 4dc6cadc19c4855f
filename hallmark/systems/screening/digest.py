"""screening's stored data, as parts of its digest: claims, records, other contents, and what failed unchecked."""

from collections.abc import Iterator

from hallmark.digest import DigestPart, Reader, Record, Wanted
from hallmark.digest_parts import Raw, items
from hallmark.stage import Stage
from infra.screening.outputs import Output

_PARTS = {
    "claims": "#time = :zero",
    "records": "#time > :zero",
    "other contents": "#time < :unchecked",
    "unchecked": "#time = :unchecked",
}


def _name_of(item: Raw) -> tuple[str, str]:
    return f"{item['transaction_id']['S']}/{item['timestamp']['N']}", item["transaction_id"]["S"]


def _reader(condition: str) -> Reader:
    values = {":zero": {"N": "0"}, ":unchecked": {"N": "-1"}}
    asked = {
        "FilterExpression": condition,
        "ExpressionAttributeNames": {"#time": "timestamp"},
        "ExpressionAttributeValues": {name: value for name, value in values.items() if name in condition},
    }

    def read(stage: Stage, _: Wanted) -> Iterator[tuple[str, Record]]:
        return items(stage, stage.outputs[Output.STATE_TABLE], _name_of, **asked)

    return read


PARTS = tuple(DigestPart(name, _reader(condition)) for name, condition in _PARTS.items())
