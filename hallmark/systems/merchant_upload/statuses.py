"""What the API says: of every upload of a run and of a sample of its rows, to their merchant and to another one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hallmark import clock
from hallmark.csv_files.problems import problems
from hallmark.parallel import each
from hallmark.sending.http import Http
from hallmark.systems.merchant_upload.expectation import Sent, Winner
from hallmark.systems.merchant_upload.following import rules_of

Item = Mapping[str, Any]
SAMPLE = 40
_COUNTS = ("rows", "stored", "duplicates", "rejected", "conflicts")
_NOT_FOUND = 404


@dataclass(frozen=True)
class Question:
    """An id that a merchant asks for, and the answer's status and some of its fields."""

    merchant: str
    id: str
    status: int
    fields: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name that the ledger counts."""
        return f"{self.merchant} asks for {self.id}"


def questions(
    sent: Sequence[Sent],
    uploads: Mapping[str, Item],
    winners: Mapping[str, Winner],
    rows: Mapping[str, Item],
    merchants: Sequence[str],
) -> Iterator[Question]:
    """Yield the questions: what another merchant asks for does not exist for it, unless it has such an id itself."""
    for one in sent:
        if item := uploads.get(one.upload_key):
            yield Question(one.file.merchant, one.upload_id, 200, _of_upload(one, item))
            for other in [name for name in merchants if name != one.file.merchant][:1]:
                yield Question(other, one.upload_id, _NOT_FOUND, {})
    names = sorted(name for name in winners if name in rows)
    for name in names[:: max(1, len(names) // SAMPLE)]:
        merchant, bare = name.split("#", 1)
        yield Question(merchant, bare, 200, _of_row(bare, winners[name], rows[name]))
        for other in merchants:
            if other != merchant and bare.startswith("txn-") and f"{other}#{bare}" not in winners:
                yield Question(other, bare, _NOT_FOUND, {})
                break


def ask(http: Http, url: str, key_of: Callable[[str], str], asked: Sequence[Question]) -> list[bool]:
    """Return of each question whether the API answers it so; `url` is that of `/status`."""

    def one(question: Question) -> bool:
        answer = http.ask("GET", f"{url}/{question.id}", None, {"x-api-key": key_of(question.merchant)})
        if isinstance(answer, str) or answer.status != question.status:
            return False
        try:
            body = answer.json()
        except ValueError:
            return False
        return all(_said(body, name) == value for name, value in question.fields.items())

    return each(one, asked)


def _said(body: Mapping[str, Any], name: str) -> object:
    found = body.get(name)
    if name == "anomalies":
        return {one if isinstance(one, str) else one.get("rule") for one in found or ()}
    if name == "timestamp":
        return clock.from_text(str(found)) if isinstance(found, str) else found
    return sorted(map(str, problems(found or ()))) if name == "errors" else found


def _of_upload(one: Sent, item: Item) -> dict[str, Any]:
    counts = {name: int(item[name]) for name in _COUNTS if name in item}
    return {
        "uploadId": one.upload_id,
        "fileName": one.file.name,
        "status": item["status"],
        "errors": sorted(map(str, problems(item.get("errors", ())))),
        "requestedAt": item.get("requestedAt"),
        "uploadedAt": item.get("uploadedAt"),
        "finishedAt": item.get("finishedAt"),
        **counts,
    }


def _of_row(bare: str, winner: Winner, row: Item) -> dict[str, Any]:
    rules = rules_of(row)
    return {
        "transactionId": bare,
        "uploadId": winner.upload_id,
        "status": "flagged" if rules else "cleared" if "judgedAt" in row else "validated",
    }
