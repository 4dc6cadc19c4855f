"""An upload's end: its results are kept, announced, and then its status is final. Each step can be done again.

What is announced again, after a crash or by a second execution, has the same messageId and the same content: the time
of the end is kept before the first message goes out.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Optional, Protocol

from bank_upload.items import (
    ANNOUNCED,
    DONE,
    MOST_PROBLEMS,
    OUTCOME_ACCEPTED,
    OUTCOME_REFUSED,
    PROCESSED,
    REFUSED,
    UPLOAD_PART,
    Item,
    message_id,
    range_part,
)

_COUNTS = ("stored", "duplicates", "conflicts")
_STATUS = {OUTCOME_ACCEPTED: DONE, OUTCOME_REFUSED: REFUSED}
_STATE = {DONE: PROCESSED, REFUSED: REFUSED}


class UploadMissing(Exception):
    """No item says that there is such an upload."""


class RangesMissing(Exception):
    """Not every row of an upload is in a range that is stored."""


class Store(Protocol):
    """What the end of an upload needs of AWS."""

    def read(self, upload_id: str) -> list[Item]:
        """Return the items of an upload as they are now: those of its ranges in their order, then its own."""
        ...

    def keep(self, upload: Item, results: Item, states: Item) -> bool:
        """Keep results and times of states; return whether the upload was still as it was read."""
        ...

    def announce(self, upload: Item) -> None:
        """Publish the result of an upload."""
        ...

    def end(self, upload: Item, results: Item, states: Item) -> None:
        """End an upload with its results, unless it has ended."""
        ...


def notify(upload_id: str, outcome: str, store: Store, now: Callable[[], str]) -> Item:
    """Return an upload's item as it ended.

    UploadMissing and RangesMissing: the workflow has not done what comes before.
    """
    status = _STATUS[outcome]
    while True:
        *ranges, upload = store.read(upload_id) or [None]
        if upload is None or upload["part"] != UPLOAD_PART:
            raise UploadMissing
        if "messageId" in upload:
            return upload
        results = summed(upload, ranges) if status == DONE else {}
        end = _kept_end(upload, _STATE[status]) or now()
        results["finishedAt"], states = end, {_STATE[status]: end}
        if store.keep(upload, results, states):
            break
    # A second execution that claims the upload in between forgets what was kept.
    results |= {"status": status, "messageId": message_id(upload_id, status)}
    ended = {**upload, **results}
    store.announce(ended)
    store.end(ended, results, {**states, ANNOUNCED: now()})
    return ended


def summed(upload: Mapping[str, Any], ranges: Iterable[Mapping[str, Any]]) -> Item:
    """Return counts, totals by currency and the first conflicts of all ranges; RangesMissing if one has no item.

    Items beyond an upload's rows are left of a run with smaller ranges.
    """
    own: list[Mapping[str, Any]] = []
    left = int(upload["rows"])
    for number, one in enumerate(ranges):
        if left and one["part"] == range_part(number):
            own.append(one)
            left -= int(one["rows"])
    if left:
        raise RangesMissing
    totals: dict[str, dict[str, int]] = {}
    for one in own:
        for currency, added in one["totals"].items():
            total = totals.setdefault(currency, dict.fromkeys(added, 0))
            for name, number in added.items():
                total[name] += int(number)
    counts = {name: sum(int(one[name]) for one in own) for name in _COUNTS}
    problems = [problem for one in own for problem in one["problems"]][:MOST_PROBLEMS]
    return {**counts, "totals": totals, "problems": problems, "problemCount": counts["conflicts"]}


def answer(upload: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the workflow gets: references and counts."""
    said = {name: upload[name] for name in ("uploadId", "status", "messageId")}
    return {**said, **{name: int(upload.get(name, 0)) for name in ("rows", *_COUNTS)}}


def _kept_end(upload: Mapping[str, Any], state: str) -> Optional[str]:
    """Return the time of the end if an attempt kept it; that of an earlier run's failure is none."""
    end: Optional[str] = upload.get("finishedAt")
    return end if end is not None and upload["states"].get(state) == end else None
