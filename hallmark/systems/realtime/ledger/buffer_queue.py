"""The buffer queue: a run's messages are counted in it, and taken out only on request."""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hallmark.ledger.messages import HIDDEN_SECONDS, Message, Pass, held_by_others
from hallmark.ledger.quiet import Source
from hallmark.sending import trace
from hallmark.stage import Stage
from hallmark.systems.realtime.ledger.expectation import Expectations, pairs
from hallmark.systems.realtime.outputs import Output

Pair = tuple[str, str]
_PERIODS_BEFORE = 5  # quiet periods between two looks while the other places are still filling


@dataclass
class Counted:
    """What a run counted in the buffer queue by (transaction id, rule id): most seen at once, and taken out."""

    seen: Counter[Pair] = field(default_factory=Counter)
    taken: Counter[Pair] = field(default_factory=Counter)

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]]) -> "Counted":
        """Return what `rows` holds."""
        seen = {(identity, rule): count for identity, rule, count, _ in rows}
        return cls(Counter(seen), Counter({(identity, rule): count for identity, rule, _, count in rows if count}))

    @property
    def rows(self) -> list[list[Any]]:
        """The counts as JSON."""
        return [[*pair, self.seen[pair], self.taken[pair]] for pair in sorted({*self.seen, *self.taken})]


class BufferQueue:
    """Counts the run's messages, which are told by their transaction ids, beside what was `counted` before.

    With `taking`, the mark of the run's traces, messages are received, and those of requests of the run are deleted,
    after `keep` is called; else a stage that shows its messages is looked at. Others' messages stay, also where the
    other run sent the same transaction. `after` are places that fill at the same time: until they are complete, looks
    are rare. `of_others` returns what was accepted from another run: it is not waited for.
    """

    def __init__(
        self,
        stage: Stage,
        expectations: Expectations,
        after: Sequence[Source] = (),
        *,
        taking: str | None,
        counted: Counted | None = None,
        keep: Callable[[], None] = lambda: None,
        of_others: Callable[[], set[str]] = set,
    ) -> None:
        self._stage, self._url = stage, stage.outputs[Output.BUFFER_QUEUE_URL]
        self._expectations, self._due, self._after = expectations, pairs(expectations), after
        self._of_others = of_others
        self._keep, self._mark = keep, taking
        self.counted = counted or Counted()
        self.foreign = 0
        # What an earlier look has completed is not received again.
        self._taking = taking is not None and not self.complete
        self._next = self._held_until = 0.0

    @property
    def deliveries(self) -> Mapping[Pair, int]:
        """The messages by (transaction id, rule id)."""
        return self.counted.seen

    @property
    def complete(self) -> bool:
        """Whether every expected message has come."""
        return self._due <= self.deliveries.keys()

    def poll(self) -> bool:
        """Look into the queue, if the last look is some time ago."""
        now = time.monotonic()
        if now < self._next:
            return False
        before = self.counted.seen.total()
        self._look()
        calm = all(source.complete for source in self._after)
        if calm and not self.complete:
            theirs = self._of_others()
            self._due = {pair for pair in self._due if pair[0] not in theirs}
        self._next = time.monotonic() + self._stage.quiet_seconds * (1 if calm else _PERIODS_BEFORE)
        if self.counted.seen.total() > before:
            self._held_until = now + 2 * HIDDEN_SECONDS
            return True
        return self._taking and now < self._held_until and not self.complete and held_by_others(self._stage, self._url)

    def _look(self) -> None:
        if self._taking:
            received = Pass(self._stage, self._url, self._is_ours, self._take).read()
            stay = [_buffered(message.body) for message in received if not self._is_ours(message)]
        elif (shown := self._stage.messages(self._url)) is not None:
            stay = [_buffered(message["Body"]) for message in shown]
        else:
            return
        known = [one.pair for one in stay if one and one.pair[0] in self._expectations]
        self.foreign = len(stay) - len(known)
        self._note(Counter(known))

    def _is_ours(self, message: Message) -> bool:
        found = _buffered(message.body)
        return found is not None and found.pair[0] in self._expectations and self._is_of_run(found.trace_id)

    def _is_of_run(self, trace_id: str) -> bool:
        return not self._mark or trace.is_of(trace_id, self._mark)

    def _take(self, messages: Sequence[Message]) -> None:
        """Note our messages, before they are deleted."""
        self.counted.taken.update(found.pair for message in messages if (found := _buffered(message.body)))
        self._note(Counter())
        self._keep()

    def _note(self, present: Counter[Pair]) -> None:
        self.counted.seen |= self.counted.taken + present


@dataclass(frozen=True, slots=True)
class _Buffered:
    """The transaction id and the rule id of a message, and the trace of the request that was accepted."""

    pair: Pair
    trace_id: str


def _buffered(body: str) -> _Buffered | None:
    """Return what a buffered message says; None for any other."""
    try:
        message = json.loads(body)
        detail, rule = message["event"]["detail"], message["ruleId"]
        return _Buffered((str(detail["transactionId"]), str(rule)), str(detail.get("trace", {}).get("traceId", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
