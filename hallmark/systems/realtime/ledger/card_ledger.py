"""The ledger of card transactions: the targets of each rule, and the stored data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from hallmark.ledger.ledger import Ledger, Line, Table
from hallmark.systems.realtime.ledger.deciding_rules import DecidingRules


@dataclass(frozen=True)
class CardLedger(Ledger):
    """The ledger of a run of card transactions; `verdicts` counts by outcome, `combinations` those of the rules.

    `foreign_messages` in the buffer queue are of other runs. `read_before` are messages that are not in it, of
    transactions that were accepted from another run: it, or a reader, may have taken them.
    """

    MISMATCHES: ClassVar[str] = "stored enrichment differs from the computed"

    by_rule: tuple[Line, ...]
    records: tuple[Line, ...]
    verdicts: Mapping[str, int]
    combinations: int
    foreign_messages: int
    rules: DecidingRules
    read_before: int

    @property
    def tables(self) -> tuple[Table, ...]:
        """The targets rule by rule, then the records."""
        return Table(("rule", "target"), self.by_rule), Table(("kept where",), self.records)

    @property
    def figures(self) -> Mapping[str, str]:
        """Combinations of rules, verdicts by outcome, mismatches, and foreign messages."""
        found = {"combinations of the five rules": f"{self.combinations} of 32"}
        found |= {f"verdicts: {outcome}": str(count) for outcome, count in sorted(self.verdicts.items())}
        found["enrichment mismatches"] = str(len(self.mismatches))
        if self.foreign_messages:
            found["buffer messages of other runs"] = str(self.foreign_messages)
        if self.rules.others:
            found["rules in force"] = self.rules.others
        if self.read_before:
            found["buffer messages that others took"] = str(self.read_before)
        return found

    @property
    def further(self) -> tuple[str, ...]:
        """What of the rules nobody published."""
        return self.rules.tampered

    @property
    def differences(self) -> list[str]:
        """What is not as expected, and which other rules may be the reason."""
        found = super().differences
        reasons = (
            [f"rules in force: {self.rules.others}"] if len(found) > len(self.further) and self.rules.others else []
        )
        return [*found, *reasons]
