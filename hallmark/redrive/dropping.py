"""Removal of one message that no redrive can do: by its id, for a reason that is noted.

The note has no content of the message, which may be a customer's: its SHA-256, its size, and why it stayed.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from hallmark import clock
from hallmark.evidence.circumstances import host, user
from hallmark.project import BUILD
from hallmark.redrive.failures import Failures
from hallmark.redrive.queues import Queue, count
from hallmark.redrive.reception import BATCH, Reception
from hallmark.redrive.shapes import work_of
from hallmark.redrive.work import Unknown
from hallmark.stage import Stage
from infra.errors import UserError

Json = dict[str, Any]
NOTES = BUILD / "redrive" / "dropped.jsonl"
_WAIT_SECONDS = 1


def drop(
    stage: Stage, queue: Queue, failures: Failures, identity: str, reason: str, *, dry_run: bool, notes: Path = NOTES
) -> str:
    """Delete the message with an id, after a line about it was written; return that line as text for people.

    UserError for no such message; all others are left as they are. With `dry_run` nothing is deleted or written.
    """
    if not reason.strip():
        raise UserError("say why the message is dropped: --because REASON")
    reception = Reception(stage, queue)
    try:
        message = _found(stage, queue, reception, identity)
        if message is None:
            raise UserError(f"{queue.name} has no message {identity}: a redrive says the ids of those that stay")
        reception.keep(message)
        said = _described(stage, queue, failures, message)
        if not dry_run:
            _note(notes, stage, queue, message, reason, said)
            reception.delete(message)
    finally:
        reception.release()
    return f"{identity}, which would {said}" if said else identity


def _found(stage: Stage, queue: Queue, reception: Reception, identity: str) -> Json | None:
    seen, total = 0, count(stage, queue)
    while messages := reception.receive(BATCH, _WAIT_SECONDS if seen < total else 0):
        seen += len(messages)
        wanted = next((one for one in messages if one["MessageId"] == identity), None)
        for message in messages:
            if message is not wanted:
                reception.keep(message)
        if wanted is not None:
            return wanted
    return None


def _described(stage: Stage, queue: Queue, failures: Failures, message: Json) -> str:
    """Return what a redrive would do for a message; empty where that cannot be told."""
    try:
        return work_of(stage, queue, message, failures).what
    except (Unknown, ClientError):
        return ""


def _note(notes: Path, stage: Stage, queue: Queue, message: Json, reason: str, said: str) -> None:
    body = message["Body"].encode()
    line = {
        "time": clock.to_text(clock.now()),
        "user": user(),
        "host": host(),
        "system": stage.system,
        "target": stage.target,
        "stage": stage.name,
        "queue": queue.name,
        "message": message["MessageId"],
        "sha256": hashlib.sha256(body).hexdigest(),
        "bytes": len(body),
        "work": said,
        "reason": reason,
    }
    try:
        notes.parent.mkdir(parents=True, exist_ok=True)
        with notes.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        raise UserError(f"nothing is dropped, because {notes} cannot be written: {error.strerror}") from None
