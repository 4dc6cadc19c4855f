"""One message is dropped by its id, for a reason that is noted before; all others stay."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from hallmark.redrive.dropping import drop
from hallmark.redrive.failures import Failures
from hallmark.redrive.queues import Queue
from hallmark.redrive.work import Work
from infra.errors import UserError
from tests.unit.hallmark.redrive.test_redrive import QUEUE, FakeStage, Sqs

FAILURES = Failures((), (), lambda stage, message: Work("run it again", lambda: None) if message else None)


class Deleting(Sqs):
    """A queue whose messages can be deleted; it hides nothing."""

    def receive_message(self, **_: Any) -> dict[str, Any]:
        return super().receive_message() if self.bodies else {}

    def delete_message(self, ReceiptHandle: str, **_: Any) -> None:
        self.bodies.remove(ReceiptHandle.removeprefix("handle of "))


class NamedStage(FakeStage):
    """A stage with a name."""

    system, target, name = "screening", "embedded", "dev"


def dropped(notes: Path, *bodies: str, reason: str = "sent again by hand", dry_run: bool = False) -> tuple[Sqs, str]:
    sqs = Deleting(list(bodies))
    said = drop(NamedStage(sqs), QUEUE, FAILURES, '{"a": 1}', reason, dry_run=dry_run, notes=notes)  # pyrefly: ignore
    return sqs, said


def test_a_message_is_deleted_and_noted_without_its_content(tmp_path: Path) -> None:
    notes = tmp_path / "notes" / "dropped.jsonl"
    sqs, said = dropped(notes, "text", '{"a": 1}')
    assert (sqs.bodies, sqs.released) == (["text"], ["handle of text"])
    assert said == '{"a": 1}, which would run it again'
    line = json.loads(notes.read_text())
    digest = hashlib.sha256(b'{"a": 1}').hexdigest()
    assert (line["sha256"], line["bytes"], line["work"], line["reason"]) == (
        *(digest, 8, "run it again"),
        "sent again by hand",
    )
    assert (line["system"], line["target"], line["stage"], line["queue"]) == ("screening", "embedded", "dev", "failure")
    assert line["user"] and line["host"] and line["time"].endswith("Z")
    dropped(notes, '{"a": 1}')
    assert len(notes.read_text().splitlines()) == 2


def test_a_dry_run_deletes_and_notes_nothing(tmp_path: Path) -> None:
    sqs, _ = dropped(tmp_path / "notes", '{"a": 1}', dry_run=True)
    assert (sqs.bodies, sqs.released) == (['{"a": 1}'], ['handle of {"a": 1}'])
    assert not (tmp_path / "notes").exists()


@pytest.mark.parametrize(("bodies", "reason", "message"), [(["text"], "x", "has no message"), ([], " ", "--because")])
def test_without_a_message_or_a_reason_nothing_is_dropped(
    tmp_path: Path, bodies: list[str], reason: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        dropped(tmp_path / "notes", *bodies, reason=reason)
    assert not (tmp_path / "notes").exists()


def test_what_cannot_be_noted_is_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    sqs = Deleting(['{"a": 1}'])
    with pytest.raises(UserError, match=r"nothing is dropped, because .* cannot be written"):
        drop(
            NamedStage(sqs),  # pyrefly: ignore
            Queue("failure", "url", "arn"),
            FAILURES,
            *('{"a": 1}', "reason"),
            dry_run=False,
            notes=tmp_path / "file" / "notes",
        )
    assert (sqs.bodies, sqs.released) == (['{"a": 1}'], ['handle of {"a": 1}'])
