"""The ledger of a run of transactions: what became of every execution that was started."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from hallmark.ledger.ledger import Ledger, Line, Table, percentile

DECIDED = ("approved", "review", "blocked")


@dataclass(frozen=True, kw_only=True)
class ScreeningLedger(Ledger):
    """The ledger of a run; `ends` counts executions by what became of them, `decisions` those that were decided.

    `places`, `decisions_made`, `reasons_found`, `rules_found`, `rejections` and `alerts` are the lines of its tables;
    `seconds_each` are those from an execution's start until it was decided, of new transactions; `seconds_of` are the
    same by the transaction's id.
    """

    MISMATCHES: ClassVar[str] = "answers, stored data or alerts differ from what was sent"

    ends: Mapping[str, int]
    decisions: Mapping[str, int]
    places: tuple[Line, ...]
    decisions_made: tuple[Line, ...]
    reasons_found: tuple[Line, ...]
    rules_found: tuple[Line, ...]
    rejections: tuple[Line, ...]
    alerts: tuple[Line, ...]
    seconds_each: tuple[float, ...]
    seconds_of: Mapping[str, float] = field(default_factory=dict)
    earlier_rules: int = 0
    unfinished: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Places, decisions and what led to them, refusals, and alerts."""
        return (
            Table(("kept where",), self.places),
            Table(("decision",), self.decisions_made),
            Table(("adds to the score",), self.reasons_found),
            Table(("compliance rule",), self.rules_found),
            Table(("rejected for",), self.rejections),
            Table(("alert",), self.alerts),
        )

    @property
    def figures(self) -> Mapping[str, str]:
        """What became of the executions, and how long new transactions took."""
        decided = ", ".join(f"{name} {self.decisions.get(name, 0)}" for name in DECIDED)
        p50, p99 = (percentile(self.seconds_each, share) for share in (0.5, 0.99))
        earlier = {"decided by earlier rules": str(self.earlier_rules)} if self.earlier_rules else {}
        return {
            "started": str(sum(self.ends.values())),
            "decided": f"{self.ends.get('decided', 0)} ({decided})",
            **{name: str(self.ends.get(name, 0)) for name in ("rejected", "failed", "stuck")},
            "seconds to a decision": f"p50 {p50:.3f}, p99 {p99:.3f}",
            **earlier,
        }

    @property
    def further(self) -> tuple[str, ...]:
        """Transactions that are not decided."""
        return self.unfinished
