"""What a user's waivers accept: findings of rows, and limits, each with a reason, an owner and an end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from hallmark import waivers
from hallmark.judging.catalogue import LIMIT, Ready
from hallmark.waivers import Waiver


@dataclass
class Accepted:
    """Waivers, those that have expired among them, and which of them were needed."""

    entries: tuple[Waiver, ...] = ()
    today: date = field(default_factory=date.today)
    used: set[str] = field(default_factory=set)

    def mark(self, rule: str, finding: dict[str, Any], document: Mapping[str, Any]) -> None:
        """Note at a finding the waiver that covers it, if any; one that has expired covers nothing."""
        raw = document.get("Resources", {}).get(finding["resource"])
        kind = raw.get("Type") if isinstance(raw, Mapping) else None
        for one in self.entries:
            if one.rule == rule and one.scope.covers(kind, finding["resource"], None):
                self.used.add(one.where)
                if one.expires >= self.today:
                    about = {"reason": one.reason, "owner": one.owner, "expires": str(one.expires), "where": one.where}
                    finding.setdefault("waived", about)

    def problems(self) -> Iterator[str]:
        """Yield a line for each waiver that has expired, or that nothing here needs."""
        for one in self.entries:
            if one.expires < self.today:
                expired = f"the waiver of {one.rule} expired on {one.expires}"
                yield f"{one.where}: {expired}: mend what it waived, or renew it"
            elif one.where not in self.used:
                yield f"{one.where}: nothing here needs the waiver of {one.rule}"


def accepting(file: Path, catalogue: Ready) -> Accepted:
    """Return the waivers of a file for the rows of a catalogue; raise UserError for one that is invalid or too wide."""
    known = {row.id for row in catalogue.rows} | {LIMIT}
    return Accepted(waivers.load(file, rules=known).entries)
