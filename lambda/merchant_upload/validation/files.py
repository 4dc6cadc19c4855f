"""The way of one file: bound to its upload, read, judged, stored, counted, ended. Each step can be done again."""

from dataclasses import dataclass
from typing import Any, Callable, Optional

from shared_python.csv_file import Problem, Refusal, parse
from shared_python.csv_file.parsing import refused_holds_card_number
from shared_python.json_log import JsonLog

from merchant_upload.items import file_metric
from merchant_upload.validation.columns import schema
from merchant_upload.validation.logic import (
    CARD_NUMBER,
    MAX_BYTES,
    PROBLEMS_IN_ITEM,
    Taken,
    owner_of,
    refusal_of,
    results,
    take,
)
from merchant_upload.validation.records import Item, Origin, problem_list
from merchant_upload.validation.store import Gone, Store, StoredFile


@dataclass(frozen=True)
class Files:
    """What takes files; `measure` writes a metric, `in_time` raises when too little time is left."""

    store: Store
    stage: str
    most_rows: int
    log: JsonLog
    measure: Callable[[dict[str, Any]], None]
    in_time: Callable[[], None]

    def take(self, key: str, version_id: str) -> None:
        """Take one version of one object as far as it goes; an error leaves what is done, and the next try goes on."""
        owner = owner_of(key)
        origin = Origin(*(owner or ("", "")), key, version_id)
        upload = self.store.upload(origin) if owner else None
        if upload is None or upload["objectKey"] != key:
            self.log.error("an object that no form asked for")
            return
        log = self.log.bind(merchant=origin.merchant, uploadId=origin.upload_id)
        if upload.get("versionId", version_id) != version_id:
            self._keep_out(origin, upload, log)
            return
        if "validatedAt" not in upload and "finishedAt" not in upload:
            file = self.store.open(origin)
            if "versionId" not in upload and not self.store.claim(origin, file.created):
                # Another version, or another delivery of this one, was first.
                self.take(key, version_id)
                return
            self._judge(origin, upload, file, log)
        self._end(origin)

    def _judge(self, origin: Origin, upload: Item, file: StoredFile, log: JsonLog) -> None:
        content = file.read() if file.size <= MAX_BYTES else b""
        refused = refusal_of(file.size, content, upload)
        parsed = refused or parse(content, schema(file.created), self.most_rows)
        if isinstance(parsed, Refusal):
            taken = Taken(problems=[Problem(parsed.line, parsed.column, parsed.rule)])
            taken.holds_card_number = parsed.rule == CARD_NUMBER or refused_holds_card_number(content)
        else:
            taken = take(parsed.rows, origin, self.store.rows(origin, self.in_time).write)
        for chunk, start in enumerate(range(0, len(taken.problems), PROBLEMS_IN_ITEM)):
            self.in_time()
            self.store.reject(origin, chunk, problem_list(taken.problems[start : start + PROBLEMS_IN_ITEM]))
        said = results(taken)
        if isinstance(parsed, Refusal):
            ended = self.store.refuse(origin, said)
            log.info("file refused", rule=parsed.rule)
            self._measured(ended)
        elif self.store.count(origin, said):
            log.info("rows stored", **taken.counts)

    def _end(self, origin: Origin) -> None:
        """Do what is left once all rows are stored: end the file if all are judged, remove card numbers."""
        upload = self.store.upload(origin) or {}
        if "finishedAt" not in upload:
            self._measured(self.store.finish(origin))
        if "holdsCardNumber" in upload and "removedAt" not in upload:
            self.store.delete(origin)
            self.store.removed(origin)

    def _keep_out(self, origin: Origin, upload: Item, log: JsonLog) -> None:
        """Note a later version, whose rows are not taken; one with a card number is removed all the same."""
        self.store.note_later(origin, "laterVersions")
        log.info("a later file with the form of one that has come")
        if origin.version_id not in upload.get("removedVersions", ()):
            try:
                file = self.store.open(origin)
            except Gone:
                return
            if file.size > MAX_BYTES or not refused_holds_card_number(file.read()):
                return
            self.store.note_later(origin, "removedVersions")
        self.store.delete(origin)

    def _measured(self, ended: Optional[Item]) -> None:
        if ended is not None:
            self.measure(file_metric(self.stage, ended))
