"""Under every fault of the table: what was answered 201 has its record and takes its file, once."""

from collections.abc import Callable
from typing import Any

import pytest

from hallmark.evidence import Fault
from hallmark.faults import FaultSpec, load
from hallmark.stage import Stage
from hallmark.stage.embedded.faults import Injection, inject
from infra.merchant_upload.outputs import Output
from tests.integration.merchant_upload.contract import MERCHANTS

TABLE = load("merchant_upload")
# Calls that the function's SDK makes before it gives up: lambda/merchant_upload/api_handler/store.py.
SDK = 3
THROTTLED = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
FILE = b"transaction_id\r\nunder-fault\r\n"
HANDLER = "api-handler"


def write(**effect: Any) -> Injection:
    """The fault that strikes the write of the record."""
    return Injection("dynamodb", "PutItem", by=HANDLER, **effect)


INJECTED = {
    "handler-killed": write(effect="kill"),
    "handler-killed-after-write": write(effect="kill", after=True),
    "dynamodb-throttles": write(code=THROTTLED, times=SDK),
}


def test_every_fault_of_the_table_is_tried() -> None:
    assert set(INJECTED) == {spec.id for spec in TABLE}


@pytest.mark.embedded
@pytest.mark.parametrize("spec", [pytest.param(spec, id=spec.id) for spec in TABLE])
def test_nothing_is_lost_and_nothing_happens_twice(
    spec: FaultSpec,
    stage: Stage,
    merchant: Any,
    stored: Any,
    running_emulator: Any,
    record_fault: Callable[[Fault], None],
) -> None:
    client, name = merchant(MERCHANTS[0]), f"under-{spec.id}.csv"
    with inject(running_emulator.endpoint, INJECTED[spec.id]) as injected:
        refused = client.ask({"fileName": name})
        assert injected.strikes >= 1, "the fault did not strike"
    assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
    form = client.form(fileName=name)
    assert client.post(form, FILE).status == 204
    lost = stored(form["key"])["Body"].read() != FILE
    records = [item["transaction_id"]["S"] for item in _records(stage, name)]
    mine = f"{client.name}#{form['uploadId']}"
    left = len(records) - records.count(mine)
    seen = f"503, then 201 on the repeat; {left} record without a file" if left else "503, then 201 on the repeat"
    gone, twice = int(lost or mine not in records), records.count(mine) - 1
    record_fault(Fault(spec.id, seen, accepted=1, lost=gone, duplicates=twice))
    assert not lost
    assert records.count(mine) == 1
    assert left == int(spec.id == "handler-killed-after-write")


def _records(stage: Stage, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stage.client("dynamodb").scan(
        TableName=stage.outputs[Output.TRANSACTIONS_TABLE],
        FilterExpression="fileName = :name",
        ExpressionAttributeValues={":name": {"S": name}},
        ConsistentRead=True,
    )["Items"]
    return found
