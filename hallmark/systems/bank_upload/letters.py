"""Messages in the queues for failures: of which object they are, and so of which upload."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hallmark.ledger.messages import Message
from hallmark.systems.bank_upload.content import upload_of
from hallmark.systems.bank_upload.expectation import Sent


def input_of(body: Mapping[str, Any]) -> Mapping[str, str] | None:
    """Return the input of the execution that a letter of the workflow is about; None for another message."""
    given = body.get("input")
    if "state" in body and isinstance(given, dict) and {"bucket", "key", "versionId"} <= given.keys():
        return given
    return None


def key_of(message: Message) -> str | None:
    """Return the key of the object that a letter, or a dead event, is about; None for another format."""
    try:
        body = json.loads(message.body)
    except ValueError:
        return None
    match body:
        case {"detail": {"object": {"key": str(key)}}}:
            return key
        case dict() if given := input_of(body):
            return given["key"]
    return None


@dataclass
class Owner:
    """Whose letters are: `item_of` knows a run's, and `covered` are the uploads that they stand for."""

    sent: Mapping[str, Sent]  # by upload
    covered: set[str] = field(default_factory=set)

    def item_of(self, message: Message) -> str | None:
        """Return the file of the run that a message is about; None for another run's, or an unknown format."""
        key = key_of(message)
        one = self.sent.get(upload_of(key)) if key else None
        if one is None:
            return None
        self.covered.add(one.upload_id)
        return one.file.id
