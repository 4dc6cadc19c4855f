"""What a run came to, place by place."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from rich.console import Console

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One place: distinct things expected and observed, how often they came, and which are missing or unexpected.

    `rule` is empty where a place is not told by rule; `deliveries` is None where nothing can come twice.
    A line that is not `judged` was not observed.
    """

    place: str
    rule: str
    expected: int
    observed: int
    deliveries: int | None
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    judged: bool = True

    @property
    def differences(self) -> list[str]:
        """One sentence for what is missing and one for what is unexpected, with up to three ids each."""
        where = f"{self.rule} at {self.place}" if self.rule else self.place
        counts = f"expected {self.expected}, observed {self.observed}"
        named = (("missing", self.missing), ("unexpected", self.unexpected))
        return [f"{where}: {counts}; {name}: {sample(found)}" for name, found in named if self.judged and found]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The whole account of a run; `seconds` is the sending alone."""

    sent: int
    accepted: int
    duplicates: int
    refused: int
    failed: int
    seconds: float
    reasons: Mapping[str, int]
    by_rule: tuple[Line, ...]
    records: tuple[Line, ...]
    verdicts: Mapping[str, int]
    combinations: int
    mismatches: tuple[str, ...]
    lost: tuple[str, ...]
    foreign_messages: int

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines: by rule, then the records."""
        return self.by_rule + self.records

    @property
    def differences(self) -> list[str]:
        """Everything that is not as it should be, one sentence each; empty when nothing was lost or invented."""
        found = [difference for line in self.lines for difference in line.differences]
        found += [f"not carried: {count} of {self.sent} ({reason})" for reason, count in self.reasons.items()]
        if self.mismatches:
            found.append(f"stored enrichment differs from the computed: {sample(self.mismatches)}")
        if self.lost:
            found.append(f"lost: {len(self.lost)} of {self.accepted + self.duplicates}: {sample(self.lost)}")
        return found

    def to_json(self) -> str:
        """Return the ledger as JSON: the fields of this class, and `differences`."""
        return json.dumps({**asdict(self), "differences": self.differences}, indent=2)

    def render(self, console: Console) -> None:
        """Print the ledger as tables, and the differences."""
        from hallmark.ledger.render import render

        render(self, console)


def sample(names: tuple[str, ...]) -> str:
    """Return up to three names, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
