"""What the workflow's states call, and where its data are."""

from dataclasses import dataclass
from typing import Any

# What each function said.
VALIDATED, SCORED, CHECKED = "$.validated.said", "$.scored.said", "$.checked.said"
TRANSACTION, ANSWER, ALERTS = f"{VALIDATED}.transaction", f"{CHECKED}.answer", f"{CHECKED}.alerts"
EXECUTION = "$.execution"


@dataclass(frozen=True)
class Places:
    """ARNs of functions and of the topic, the queue's URL, the table's name."""

    validation: str
    fraud_detection: str
    compliance_checking: str
    failure_queue_url: str
    state_table: str
    alerts_topic: str


def record_key() -> dict[str, Any]:
    """Return the key of a transaction's record."""
    return {"transaction_id": {"S.$": f"{VALIDATED}.key.id"}, "timestamp": {"N.$": f"{VALIDATED}.key.time"}}
