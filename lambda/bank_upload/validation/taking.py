"""The way of a file that the workflow takes: one version of one object, which is trusted in nothing."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Optional, Protocol

from shared_python.iso_times import iso, moment_of
from shared_python.task import TryAgain

from bank_upload import items
from bank_upload.file import Judged, refused
from bank_upload.items import Item, ObjectKey, file_hash, parse_object_key
from bank_upload.validation.records import (
    Upload,
    foreign_id,
    is_finished,
    is_of_other_version,
    is_upload,
    results,
)
from bank_upload.validation.request import may_report
from bank_upload.validation.store import StoredFile, Unreadable

_MOST_TURNS = 5
# An Express execution ends by then. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
_LONGEST_RUN = timedelta(seconds=300)


class Store(Protocol):
    """What taking a file needs of AWS."""

    def open(self, key: str, version_id: str) -> StoredFile:
        """Return a version of an object; Unreadable."""
        ...

    def upload(self, upload_id: str) -> Optional[Item]:
        """Return an upload's item, or None."""
        ...

    def write(self, item: Item, before: Optional[Item]) -> bool:
        """Write an item in the place of another or of none; return whether that was still as it was read."""
        ...

    def change(self, before: Item, said: Item, remove: Collection[str] = ()) -> bool:
        """Set and remove attributes; return whether the item was as it was read."""
        ...

    def note_version(self, upload_id: str, version_id: str) -> None:
        """Note another version of an upload's object."""
        ...


@dataclass(frozen=True)
class Around:
    """What is around a task: the store, the banks and what their files may be, the time."""

    store: Store
    banks: Collection[str]
    most_bytes: int
    judge: Callable[[bytes, str, date, datetime], Judged]
    now: Callable[[], str]


class Taking:
    """Takes the version that an event of the workflow names."""

    def __init__(self, event: Mapping[str, Any], around: Around) -> None:
        self._key, self._version, self._execution = event["key"], event["versionId"], event["execution"]
        self._around, self._store = around, around.store

    def take(self) -> dict[str, Any]:
        """Claim the version for its upload; return the outcome, in references and counts."""
        named = parse_object_key(self._key)
        try:
            file = self._store.open(self._key, self._version)
        except Unreadable:
            upload_id = named.upload_id if named else foreign_id(self._key)
            item = self._store.upload(upload_id)
            if is_of_other_version(item, self._version) or is_finished(item):
                # Its upload needs it no more.
                return self._answer(items.OUTCOME_FINISHED, upload_id, {})
            raise
        if file.size > self._around.most_bytes:
            return self._claim(self._foreign_id(named), file, *self._foreign("too-large"))
        content = file.read()
        upload = self._upload_of(named, content, file) if named else None
        if upload is None:
            return self._claim(self._foreign_id(named), file, *self._foreign(items.OBJECT_KEY))
        judged = self._around.judge(content, upload.bank, upload.report_date, moment_of(upload.received_at))
        return self._claim(upload.id, file, upload.said(), judged)

    def _upload_of(self, named: ObjectKey, content: bytes, file: StoredFile) -> Optional[Upload]:
        """Return the upload that an object is, or None if its key is not that of its content."""
        try:
            day = date.fromisoformat(named.report_date)
        except ValueError:
            return None
        upload = Upload(named.bank, day, file_hash(content), len(content), iso(file.created))
        if upload.id != named.upload_id:
            return None
        item = self._store.upload(upload.id)
        if item and is_upload(item):
            return Upload(named.bank, day, upload.content_hash, upload.size, item["receivedAt"])
        # Nobody has judged who sends it, and for which day.
        allowed = named.bank in self._around.banks and may_report(day, file.created.date())
        return upload if allowed else None

    def _foreign_id(self, named: Optional[ObjectKey]) -> str:
        """Return the id of an object that is no upload's; one that failed goes on where its failure was recorded.

        Whoever records that knows the key alone.
        """
        item = self._store.upload(named.upload_id) if named else None
        if named and item and not is_upload(item) and item.get("versionId") == self._version:
            return named.upload_id
        return foreign_id(self._key)

    def _foreign(self, rule: str) -> tuple[Item, Judged]:
        """Return what is said of an object that is no upload's, and why it is refused."""
        said = {"objectKey": self._key} if foreign_id(self._key) == self._key else {}
        return said, refused(rule)

    def _claim(self, upload_id: str, file: StoredFile, about: Item, judged: Judged) -> dict[str, Any]:
        created = iso(file.created)
        for _ in range(_MOST_TURNS):
            before = self._store.upload(upload_id)
            if is_of_other_version(before, self._version):
                self._store.note_version(upload_id, self._version)
                return self._answer(items.OUTCOME_FINISHED, upload_id, about)
            if is_finished(before):
                return self._answer(items.OUTCOME_FINISHED, upload_id, about)
            known = before or {}
            said: Item = {
                "receivedAt": created,
                "via": items.OBJECT,
                **about,
                **{name: known[name] for name in ("receivedAt", "via") if is_upload(known)},
                **results(judged),
                "versionId": self._version,
                "status": items.PROCESSING,
                items.OPEN: items.OPEN,
                "execution": self._execution,
                "attempts": int(known.get("attempts", 0)) + 1,
            }
            states = {items.RECEIVED: said["receivedAt"], items.STORED: created, **known.get("states", {})}
            states[items.VALIDATED] = self._validated(known)
            if before is None:
                done = self._store.write({**items.upload_key(upload_id), **said, "states": states}, None)
            else:
                changed = {f"states.{name}": at for name, at in states.items() if known["states"].get(name) != at}
                ended = [name for name in ("finishedAt", "error") if before["status"] in items.FINISHED]
                done = self._store.change(before, {**said, **changed}, ended)
            if done:
                outcome = items.OUTCOME_REFUSED if judged.problem_count else items.OUTCOME_ACCEPTED
                return self._answer(outcome, upload_id, said, judged)
        raise TryAgain("too many executions for one file")

    def _validated(self, known: Item) -> str:
        """Return when the run judged the file: of runs at once, or of one whose results are kept, the first time.

        Otherwise an upload would be processed before it was validated.
        """
        now: str = self._around.now()
        before = known["states"].get(items.VALIDATED) if known.get("status") == items.PROCESSING else None
        if before is None:
            return now
        goes_on = "finishedAt" in known or moment_of(now) - moment_of(before) < _LONGEST_RUN
        return str(before) if goes_on else now

    def _answer(
        self, outcome: str, upload_id: str, said: Mapping[str, Any], judged: Optional[Judged] = None
    ) -> dict[str, Any]:
        """Return what the next states need: never a value of the file."""
        names = ("bank", "reportDate", "receivedAt", "contentHash", "rows", "problemCount")
        return {
            "outcome": outcome,
            "uploadId": upload_id,
            **{name: said[name] for name in names if name in said},
            "key": self._key,
            "versionId": self._version,
            "columns": list(judged.columns) if judged else [],
            "ranges": [one._asdict() for one in judged.ranges] if judged else [],
        }
