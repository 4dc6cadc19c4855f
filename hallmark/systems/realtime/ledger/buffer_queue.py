"""The buffer queue: a run's messages are counted in it, and taken out only on request."""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hallmark.ledger.messages import HIDDEN_SECONDS, Message, Pass, held_by_others
from hallmark.ledger.quiet import Source
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

    With `taking` they are received and deleted, and `keep` is called before; else a stage that shows its messages is
    looked at. Others' messages stay. `after` are places that fill at the same time: until they are complete, looks are
    rare.
    """

    def __init__(
        self,
        stage: Stage,
        expectations: Expectations,
        after: Sequence[Source] = (),
        *,
        taking: bool,
        counted: Counted | None = None,
        keep: Callable[[], None] = lambda: None,
    ) -> None:
        self._stage, self._url = stage, stage.outputs[Output.BUFFER_QUEUE_URL]
        self._expectations, self._due, self._after = expectations, pairs(expectations), after
        self._keep = keep
        self.counted = counted or Counted()
        self.foreign = 0
        # What an earlier look has completed is not received again.
        self._taking = taking and not self.complete
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
        self._next = time.monotonic() + self._stage.quiet_seconds * (1 if calm else _PERIODS_BEFORE)
        if self.counted.seen.total() > before:
            self._held_until = now + 2 * HIDDEN_SECONDS
            return True
        return self._taking and now < self._held_until and not self.complete and held_by_others(self._stage, self._url)

    def _look(self) -> None:
        if self._taking:
            pairs_of = Pass(self._stage, self._url, self._is_ours, self._take).read()
            self.foreign = sum(not self._is_ours(message) for message in pairs_of)
            return
        shown = self._stage.messages(self._url)
        if shown is None:
            return
        messages = [pair_of(message["Body"]) for message in shown]
        self._note(Counter(pair for pair in messages if pair and pair[0] in self._expectations))
        self.foreign = sum(not pair or pair[0] not in self._expectations for pair in messages)

    def _is_ours(self, message: Message) -> bool:
        pair = pair_of(message.body)
        return pair is not None and pair[0] in self._expectations

    def _take(self, messages: Sequence[Message]) -> None:
        """Note our messages, before they are deleted."""
        self.counted.taken.update(pair for message in messages if (pair := pair_of(message.body)))
        self._note(Counter())
        self._keep()

    def _note(self, present: Counter[Pair]) -> None:
        self.counted.seen |= self.counted.taken + present


def pair_of(body: str) -> Pair | None:
    """Return the transaction id and the rule id of a buffered message; None for any other."""
    try:
        message = json.loads(body)
        identity, rule = message["event"]["detail"]["transactionId"], message["ruleId"]
    except (ValueError, KeyError, TypeError):
        return None
    return (identity, rule) if isinstance(identity, str) and isinstance(rule, str) else None
