"""Letters of the workflow: of which execution and which transaction each is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hallmark.ledger.messages import Message


@dataclass(frozen=True)
class WorkflowLetter:
    """What a letter says: the state, the error, the execution, and the transaction if it was valid, else its id."""

    state: str
    error: str
    execution: str
    transaction: Mapping[str, Any] | None
    transaction_id: str | None


def letter_of(body: Mapping[str, Any]) -> WorkflowLetter | None:
    """Return a letter of the workflow; None for another message."""
    match body:
        case {"state": str(state), "error": str(error), "execution": str(execution)}:
            transaction = body.get("transaction")
            given = transaction if isinstance(transaction, dict) else None
            named = (given or {}).get("transaction_id") or body.get("transactionId")
            return WorkflowLetter(state, error, execution, given, named if isinstance(named, str) else None)
    return None


@dataclass
class Owner:
    """Whose letters are: `names` are a run's items by execution, `covered` the executions that letters stand for."""

    names: Mapping[str, str]
    covered: set[str] = field(default_factory=set)

    def item_of(self, message: Message) -> str | None:
        """Return the item of the run that a message is about; None for another's, or an unknown format."""
        try:
            body = json.loads(message.body)
        except ValueError:
            return None
        letter = letter_of(body) if isinstance(body, dict) else None
        if letter is None or letter.execution not in self.names:
            return None
        self.covered.add(letter.execution)
        return self.names[letter.execution]
