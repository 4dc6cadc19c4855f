"""What the table says of a run's uploads, rows and alerts, compared with what was expected."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from hallmark.csv_files.problems import Problem, problems
from hallmark.systems.merchant_upload.content import Content
from hallmark.systems.merchant_upload.expectation import SHOWN_PROBLEMS, FileExpected, Sent, Winner
from hallmark.systems.merchant_upload.following import rules_of

Item = Mapping[str, Any]
_TIMES = ("uploadedAt", "finishedAt")
_UUID_VERSION = 5


def upload(sent: Sent, expected: FileExpected, item: Item) -> Iterator[str]:
    """Yield how a finished upload's item differs, without any value of a row."""
    wanted: dict[str, object] = {
        "kind": "upload",
        "merchant": sent.file.merchant,
        "objectKey": sent.key,
        "fileName": sent.file.name,
        "size": len(sent.file.content),
        "sha256": sent.file.sha256,
        "status": "refused" if expected.refusal else "done",
        "cardKey": None,
    }
    yield from (f"{sent.file.id}: {name}" for name, value in wanted.items() if item.get(name) != value)
    yield from (f"{sent.file.id}: without {name}" for name in _TIMES if not item.get(name))
    for name, count in {**expected.counts, "judged": expected.counts["stored"]}.items():
        if int(item.get(name, 0)) != count:
            yield f"{sent.file.id}: {name} {item.get(name, 0)}, expected {count}"
    if not _shows(expected, problems(item.get("errors", ()))):
        yield f"{sent.file.id}: other errors than those of its rows"
    if expected.holds_card_number and not item.get("holdsCardNumber"):
        yield f"{sent.file.id}: the file holds a card number and was not removed"
    if item.get("holdsCardNumber") and not item.get("removedAt"):
        yield f"{sent.file.id}: its removal is not finished"


def _shows(expected: FileExpected, shown: Sequence[Problem]) -> bool:
    """Return whether the first problems are shown, in the order of lines; those of one line stand in any order."""
    every = [expected.refusal] if expected.refusal else expected.problems
    lines = [one.line for one in shown]
    first = sorted(one.line for one in every)[:SHOWN_PROBLEMS]
    return lines == first and len(set(shown)) == len(shown) and set(shown) <= set(every)


def row(name: str, winner: Winner, claim: Item, item: Item | None) -> Iterator[str]:
    """Yield how a row's item differs from its file's row and from its claim."""
    if item is None:
        return
    merchant = name.split("#", 1)[0]
    if Content.of_item(item) != winner.content:
        yield f"{name}: stored with another content"
    wanted: dict[str, object] = {
        "kind": "transaction",
        "merchant": merchant,
        "cardKey": f"{merchant}#{winner.content.card_token}",
        "uploadId": winner.upload_id,
        "line": winner.line,
        "versionId": claim.get("versionId"),
        "contentHash": claim.get("contentHash"),
    }
    if winner.sent is not None:
        wanted["objectKey"] = winner.sent.key
    yield from (f"{name}: {field}" for field, value in wanted.items() if item.get(field) != value)
    yield from (f"{name}: without {field}" for field in ("storedAt", "versionId") if not item.get(field))
    if "judgedAt" in item and not item.get("rulesVersion"):
        yield f"{name}: judged under no version of the rules"
    for rule, said in item.get("anomalies", {}).items():
        if not (said.get("at") and said.get("version") and str(said.get("by", "")).startswith(f"{merchant}#")):
            yield f"{name}: {rule} does not say when, under which version and by which row"


def alert(name: str, item: Item, flagged: Item | None) -> Iterator[str]:
    """Yield how an alert's item differs from the row that it is of."""
    try:
        is_own = UUID(str(item.get("alertId"))).version == _UUID_VERSION
    except ValueError:
        is_own = False
    if not is_own:
        yield f"{name}: an alert without an id of its own"
    if not set(item.get("rules", ())) or not set(item.get("rules", ())) <= rules_of(flagged):
        yield f"{name}: an alert by other rules than its row's"
    if flagged is not None and item.get("rowTimestamp") != flagged.get("timestamp"):
        yield f"{name}: an alert with another time"
    if item.get("publishedAt") and not item.get("messageId"):
        yield f"{name}: published without a message"
