"""A run's transactions, what is expected of them, and what the stage has: what became of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hallmark import clock
from hallmark.ledger.subscription import Heard
from hallmark.systems.screening import comparison
from hallmark.systems.screening.expectation import REJECTED, Expected, Sent
from hallmark.systems.screening.following import item_of
from hallmark.systems.screening.machine import SUCCEEDED
from hallmark.systems.screening.plain.tables import Tables
from hallmark.systems.screening.table import FAILED, FINAL, Under
from hallmark.tables import Item

DECIDED, STUCK, LOST = "decided", "stuck", "lost"


@dataclass(frozen=True)
class Findings:
    """What was sent with what is expected, what stands under the ids, and the executions that letters stand for.

    `due` are the alerts to hear, by id and kind, `told` those that were heard, None where nobody listened; `stage` is
    its name, `began` when the run did.
    """

    expected: Sequence[tuple[Sent, Expected]]
    under: Mapping[str, Under]
    covered: frozenset[str]
    due: frozenset[tuple[str, str]]
    told: Mapping[tuple[str, str], Sequence[Heard]] | None
    stage: str
    tables: Tables
    began: str

    @cached_property
    def firsts(self) -> Mapping[int, int]:
        """The number of the first of the run that has the same content, by each one's number."""
        seen: dict[tuple[str, str], int] = {}
        found = {}
        for one, _ in self.expected:
            mark = one.identity.id if one.identity else str(one.item.number), one.content_hash or one.item.text
            found[one.item.number] = seen.setdefault(mark, one.item.number)
        return found

    @property
    def distinct(self) -> Iterator[tuple[Sent, Expected]]:
        """The transactions, each content once."""
        return ((one, wanted) for one, wanted in self.expected if self.firsts[one.item.number] == one.item.number)

    def item(self, one: Sent) -> Item | None:
        """Return what the table has of a transaction."""
        return item_of(one, self.under[one.identity.id]) if one.identity else None

    def is_repeat(self, one: Sent) -> bool:
        """Return whether a transaction was sent before, by this run or another."""
        found = self.item(one)
        return self.firsts[one.item.number] != one.item.number or bool(found and found["received_at"] < self.began)

    def is_by_other_rules(self, one: Sent) -> bool:
        """Return whether a transaction was decided before the run, by other rules than this checkout has."""
        found = self.item(one)
        return bool(found and found["received_at"] < self.began and comparison.is_by_other_rules(found, self.tables))

    def ends(self) -> list[tuple[Sent, str]]:
        """Return what became of each execution: decided, rejected, failed, stuck or lost."""
        return [(one, self._end(one)) for one, _ in self.expected]

    def _end(self, one: Sent) -> str:
        is_covered = one.execution.arn in self.covered
        if one.identity is None:
            ended = REJECTED if one.execution.status == SUCCEEDED else LOST
            return FAILED if is_covered else ended
        found = self.item(one)
        if is_covered or found is None:
            return FAILED if is_covered else LOST
        if found["status"] == FINAL and "open" not in found:
            return REJECTED if found.get("decision") == REJECTED else DECIDED
        if "open" in found:
            return STUCK
        # It says failed; the letter may be another execution's, which was the last.
        return FAILED if found.get("execution") != one.execution.arn else LOST

    def decision_of(self, one: Sent) -> str:
        """Return the decision on a transaction, as its execution answered or the table has it; empty without one."""
        if one.identity is None:
            output = one.execution.output
            return str(output.get("decision", "")) if isinstance(output, Mapping) else ""
        return str((self.item(one) or {}).get("decision", ""))

    def refusal_of(self, one: Sent) -> str:
        """Return the rule and the field for which a transaction was rejected; empty for another."""
        found = self.item(one) if one.identity else one.execution.output
        if isinstance(found, Mapping) and found.get("decision") == REJECTED:
            return f"{found.get('rule')}"
        return ""

    @cached_property
    def seconds_of(self) -> dict[str, float]:
        """How long it took from the start of an execution to the decision, of each new transaction by its id."""
        return dict(self._seconds())

    def _seconds(self) -> Iterator[tuple[str, float]]:
        for one, _ in self.distinct:
            found = self.item(one)
            decided = (found or {}).get("states", {}).get("decided")
            if found and decided and not self.is_repeat(one):
                took = clock.from_text(decided) - clock.from_text(found["received_at"])
                yield one.item.id, took.total_seconds()
