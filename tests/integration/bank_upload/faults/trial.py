"""One fault's trial: the files that are sent under it, how they were answered, and what became of their uploads."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hallmark.ledger.messages import look
from hallmark.sending.outcome import Outcome, Status
from hallmark.stage.embedded.faults import Injected, Injection
from hallmark.systems.bank_upload.content import object_key, upload_of
from hallmark.systems.bank_upload.files import BankFile
from hallmark.systems.bank_upload.letters import key_of
from hallmark.systems.bank_upload.uploader import TAKEN, Answer
from infra.bank_upload.outputs import Output
from tests.integration.bank_upload import contract
from tests.integration.bank_upload.conftest import SLA_SECONDS, Bank, Kept, Workflow
from tests.integration.bank_upload.contract import TODAY
from tests.integration.bank_upload.faults.injections import KEPT, MARKED, ROWS, UPLOAD
from tests.support.faults import FaultTrial, wait_for

Json = dict[str, Any]
# The first rows of a file, and then the first again.
KINDS: Sequence[dict[str, str]] = (
    {"amount": "12.5"},
    {"amount": "700", "currency": "JPY", "type": "credit"},
    {"amount": "0.001", "currency": "KWD", "description": ""},
)
AGAIN = (429, 503)
QUEUES = (Output.EVENT_FAILURE_QUEUE_URL, Output.UPLOAD_FAILURE_QUEUE_URL)


@dataclass(kw_only=True)
class Trial(FaultTrial):
    """The files of one fault by their uploads; `fails` is what the branch of failures must have done, by upload.

    `differs` are the differences that a ledger must find.
    """

    client: Callable[..., Bank]
    banks: Sequence[str]
    outcomes: list[Outcome[BankFile]] = field(default_factory=list)
    posted: dict[str, Answer] = field(default_factory=dict)
    uploads: dict[str, BankFile] = field(default_factory=dict)
    fails: dict[str, frozenset[str]] = field(default_factory=dict)
    differs: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def bank(self) -> str:
        return self.banks[0]

    @property
    def kept(self) -> Kept:
        return Kept(self.stage)

    @property
    def workflow(self) -> Workflow:
        return Workflow(self.stage)

    def rows(self, number: int = len(KINDS), bank: str = "", **cells: str) -> list[list[str]]:
        """Return so many rows of a bank, with some of their cells changed."""
        kinds = ({**KINDS[place % len(KINDS)], **cells} for place in range(number))
        return [contract.row(f"{self.prefix}{place:04}", bank or self.bank, **kind) for place, kind in enumerate(kinds)]

    def file(self, rows: Sequence[list[str]], bank: str = "") -> BankFile:
        """Return a file of today, of a bank."""
        number = next(self._numbers)
        content = contract.file(list(rows))
        file = BankFile(bank or self.bank, f"{self.prefix}{number}.csv", content, number, TODAY)
        self.uploads[self.id_of(file)] = file
        return file

    def id_of(self, file: BankFile) -> str:
        """Return the upload that a file is."""
        return contract.upload_id(file.bank, file.report_date, file.content)

    def key_of(self, file: BankFile) -> str:
        """Return where a file's object is."""
        return object_key(file.bank, file.report_date, self.id_of(file))

    def post(self, file: BankFile) -> Answer:
        """Post a file once."""
        answer = Answer.of(self.client(file.bank).post(file.content, file.report_date))
        self.answers[answer.status] += 1
        return answer

    def send(self, file: BankFile) -> Answer:
        """Post a file until it is taken; note the outcome."""

        def taken() -> Answer | None:
            answer = self.post(file)
            assert answer.status in (TAKEN, *AGAIN), answer
            return answer if answer.status == TAKEN else None

        answer = wait_for(taken, f"a 202 for {file.name}", SLA_SECONDS)
        assert answer is not None
        status = Status.DUPLICATE if file.id in self.posted else Status.ACCEPTED
        assert self.posted.setdefault(file.id, answer) == answer, "a repeat is answered otherwise"
        self.outcomes.append(Outcome(file, status, received_at=str(answer.body["receivedAt"])))
        return answer

    def give_up(self, file: BankFile, done: frozenset[str]) -> None:
        """Wait until the work for a file is given up; it is reckoned what is done about that."""
        upload = self.id_of(file)
        self.fails[upload] = done
        if KEPT in done:
            wait_for(lambda: upload in self.letters(), f"the letter of {file.name}", SLA_SECONDS)

    def send_again(self, file: BankFile) -> None:
        """Wait until a file's upload is marked as failed, and send it: then it runs again, and is done."""
        self.ended(file, "failed")
        self.fails[self.id_of(file)] -= {MARKED}
        self.send(file)
        self.ended(file)

    def version(self, file: BankFile) -> str:
        """Return the version that a file's object has."""
        bucket = self.stage.outputs[Output.FILES_BUCKET]
        return str(self.stage.client("s3").head_object(Bucket=bucket, Key=self.key_of(file))["VersionId"])

    def ended(self, file: BankFile, status: str = "done") -> Json:
        """Wait until a file's upload has a status; return its item."""

        def found() -> Json | None:
            item = self.kept.upload(self.id_of(file))
            return item if item and item["status"] == status else None

        item = wait_for(found, f"{file.name} to be {status}", SLA_SECONDS)
        assert item is not None
        return item

    def refused(self, upload_id: str) -> list[str]:
        """Wait until an object is refused; return the rules that it breaks."""

        def found() -> Json | None:
            item = self.kept.upload(upload_id)
            return item if item and item["status"] == "refused" else None

        item = wait_for(found, f"the refusal of {upload_id}", SLA_SECONDS)
        assert item is not None
        return sorted({problem["rule"] for problem in item["problems"]})

    def noted_versions(self, file: BankFile, number: int) -> None:
        """Wait until so many versions are noted that are not the upload's."""

        def noted() -> bool:
            return len((self.kept.upload(self.id_of(file)) or {}).get("otherVersions", ())) == number

        wait_for(noted, f"the note of {number} other versions of {file.name}", SLA_SECONDS)

    def faults(self, injections: Sequence[Injection], file: BankFile) -> AbstractContextManager[list[Injected]]:
        """Arm faults that strike the calls for a file."""
        return self.struck(injections, {ROWS: self.prefix, UPLOAD: self.id_of(file)})

    def letters(self) -> set[str]:
        """Return the uploads of this trial about which there are messages in the queues, where they stay."""
        urls = [self.stage.outputs[output] for output in QUEUES]
        keys = [key_of(message) for url in urls for message in look(self.stage, url)]
        return {upload for key in keys if key and (upload := upload_of(key)) in self.uploads}
