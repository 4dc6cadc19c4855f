"""One fault's trial: the files that are sent under it, what came back, and what ended in the queues for failures."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

from hallmark.ledger.messages import look
from hallmark.sending.outcome import Outcome, Status
from hallmark.stage.embedded.faults import STREAM, Injected, Injection
from hallmark.systems.merchant_upload.failure_letters import Trimmed, batch_of, keys_of, stream_records
from hallmark.systems.merchant_upload.failures import FAILURES
from hallmark.systems.merchant_upload.files import MerchantFile
from hallmark.systems.merchant_upload.plain_verdicts import PlainTransaction
from hallmark.systems.merchant_upload.uploader import Uploaded
from infra.merchant_upload.outputs import Output
from tests.integration.merchant_upload.anomalies import BEGIN, content, kept, transaction
from tests.integration.merchant_upload.conftest import Merchant
from tests.integration.merchant_upload.faults.injections import ROWS, UPLOAD
from tests.support.faults import FaultTrial, wait_for

Json = dict[str, Any]
# Time in minutes, card, amount and what else: one row clear, the others flagged, some only when the next arrives.
KINDS: Sequence[tuple[float, str, str, Json]] = (
    (0, "c0", "12.50", {}),
    (0, "c1", "20000", {}),
    (4, "c2", "7", {}),
    (1, "c2", "7.00", {}),
    (0, "c3", "30", {"merchant_category": "crypto", "time_zone": "Asia/Tokyo"}),
    (30, "c4", "40", {}),
    (10, "c4", "41", {"country": "FR"}),
)
REJECTED = b"x,2026-11-03T10:15:00Z,tok_rejected,1,EUR,DE,books,true,\n"


@dataclass(kw_only=True)
class Trial(FaultTrial):
    """The files of one fault; `letter` says if its failure must end in a queue, `names` are its rows' in the table."""

    client: Callable[..., Merchant]
    merchants: Sequence[str]
    uploaded: dict[str, Uploaded] = field(default_factory=dict)
    outcomes: list[Outcome[MerchantFile]] = field(default_factory=list)
    letter: bool = False
    # What a ledger holds against an upload whose form did not say what its file would be.
    unsaid: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def merchant(self) -> str:
        return self.merchants[0]

    def rows(self, number: int = len(KINDS), merchant: str = "") -> list[PlainTransaction]:
        """Return the rows of each kind, and clear ones up to a number."""
        more = [(60 + place, f"c{place}", "5", {}) for place in range(len(KINDS), number)]
        return [
            transaction(
                merchant or self.merchant,
                f"{self.prefix}{place:04}",
                f"tok_{self.prefix}{card}",
                BEGIN + timedelta(minutes=minutes),
                amount,
                **fields,
            )
            for place, (minutes, card, amount, fields) in enumerate([*KINDS, *more])
        ]

    def file(self, rows: Sequence[PlainTransaction]) -> MerchantFile:
        """Return a file of rows and a bad one, of their merchant."""
        self.names |= {row.id for row in rows}
        number = next(self._numbers)
        return MerchantFile(rows[0].merchant, f"{self.prefix}{number}.csv", content(rows) + REJECTED, number)

    def ask(self, file: MerchantFile, *, is_said: bool = True) -> Json:
        """Return a file's form, asked for until there is one; with size and digest if `is_said`."""
        said = {"size": len(file.content), "sha256": file.sha256} if is_said else {}

        def form() -> Json | None:
            answer = self.client(file.merchant).ask({"fileName": file.name, **said})
            self.answers[answer.status] += 1
            assert answer.status in (201, 429, 503), answer.data
            found: Json = answer.json()
            return found if answer.status == 201 else None

        found = wait_for(form, f"a form for {file.name}")
        assert found is not None
        if not is_said:
            self.unsaid |= {f"{file.id}: size", f"{file.id}: sha256"}
        self.uploaded[file.id] = Uploaded(found["uploadId"], found["key"])
        return found

    def post(self, file: MerchantFile, form: Json) -> str:
        """Post a file with its form and note the outcome; return its version."""
        answer = self.client(file.merchant).post(form, file.content)
        assert answer.status == 204, answer.data
        self.outcomes.append(Outcome(file, Status.ACCEPTED))
        return str(answer.headers["x-amz-version-id"])

    def send(self, file: MerchantFile) -> Json:
        """Ask for a form and post the file; return the form."""
        form = self.ask(file)
        self.post(file, form)
        return form

    def upload(self, form: Json) -> Json:
        """Return an upload's item."""
        (item,) = kept(self.stage, f"{self.merchant}#{form['uploadId']}")
        return item

    def done(self, form: Json) -> Json:
        """Wait until an upload is done; return its item."""

        def done() -> Json:
            item = self.upload(form)
            return item if item["status"] == "done" else {}

        return wait_for(done, f"the end of {form['key']}")

    def notify(self, form: Json, version: str) -> None:
        """Deliver the notification of a version once more."""
        event = {"Records": [{"s3": {"object": {"key": form["key"], "versionId": version}}}]}
        self.stage.client("lambda").invoke(
            FunctionName=self.stage.outputs[Output.VALIDATION_ARN], InvocationType="Event", Payload=json.dumps(event)
        )

    def faults(self, injections: Sequence[Injection], upload_id: str = "") -> AbstractContextManager[list[Injected]]:
        """Arm faults, with the names of the trial and of the stream's function."""
        function = self.stage.outputs[Output.ANOMALY_DETECTION_ARN].split(":")[6]
        named = [replace(one, action=function) if one.service == STREAM else one for one in injections]
        return self.struck(named, {ROWS: self.prefix, UPLOAD: upload_id})

    def letters(self) -> list[Json]:
        """Return the bodies of the messages about this trial in the queues for failures, where they stay."""
        urls = [self.stage.outputs[output] for output in FAILURES.queues]
        bodies = [json.loads(message.body) for url in urls for message in look(self.stage, url)]
        return [body for body in bodies if self._is_mine(body)]

    def await_letter(self) -> None:
        """Wait until a message about this trial is in a queue for failures."""
        self.letter = True
        wait_for(self.letters, f"the letter of {self.fault}", 120)

    def _is_mine(self, body: Json) -> bool:
        batch = batch_of(body)
        if batch is None:
            return any(place.key in keys_of(body) for place in self.uploaded.values())
        try:
            return self.prefix in json.dumps(stream_records(self.stage, batch), default=str)
        except Trimmed:
            return False
