"""The five fraud rules of the transaction bus, as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.realtime.events import SOURCE, TRANSACTION_RECEIVED
from infra.realtime.parameters import Parameters


@dataclass(frozen=True)
class RuleSpec:
    """One rule: `detail` is the pattern for the event's detail.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    """

    rule_id: str
    description: str
    detail: Mapping[str, Any]

    @property
    def pattern(self) -> dict[str, Any]:
        """Return the whole event pattern."""
        return {"source": [SOURCE], "detail-type": [TRANSACTION_RECEIVED], "detail": dict(self.detail)}


def rule_specs(parameters: Parameters) -> tuple[RuleSpec, ...]:
    """Return the table; a new rule is one more row."""
    return (
        RuleSpec(
            "high-value-domestic",
            "1,000 USD or more in a domestic region",
            {
                "amount": [{"numeric": [">=", 1000]}],
                "currency": ["USD"],
                "region": list(parameters.domestic_regions),
            },
        ),
        RuleSpec(
            "high-risk-merchant",
            "a merchant category that fraud prefers",
            {"merchantCategory": ["electronics", "luxury", "crypto"]},
        ),
        RuleSpec(
            "geo-anomaly",
            "card not present, outside the home countries",
            {"cardNotPresent": [True], "country": [{"anything-but": list(parameters.home_countries)}]},
        ),
        RuleSpec(
            "velocity-spike",
            "many transactions of one account within the window",
            {"recentTxnCount": [{"numeric": [">=", parameters.velocity_threshold]}]},
        ),
        RuleSpec(
            "night-time",
            "between midnight and six in the cardholder's own time zone",
            {"localHour": [{"numeric": [">=", 0, "<=", 5]}]},
        ),
    )
