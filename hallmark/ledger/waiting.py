"""What waits in the queues for failures: not lost, for a command does it again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hallmark.ledger.messages import Message, look
from hallmark.redrive.failures import Failures
from hallmark.redrive.queues import Queue, count, failures_of, redrive_command
from hallmark.stage import Stage


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run's messages in one queue: their number, the items, and the command that repeats their work."""

    queue: str
    messages: int
    items: tuple[str, ...]
    command: str

    def __str__(self) -> str:
        return f"waiting in {self.queue}: {self.messages}, do again with `{self.command}`"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in a queue for failures, which is of an item."""

    queue: Queue
    item: str
    message: Message


def letters(stage: Stage, failures: Failures, item_of: Callable[[Message], str | None]) -> Iterator[Letter]:
    """Yield the messages of a run in the queues for failures, which stay there; `item_of` knows the run's items."""
    for queue in failures_of(stage, failures.queues).values():
        for message in look(stage, queue.url) if count(stage, queue) else ():
            if item := item_of(message):
                yield Letter(queue, item, message)


def waiting(stage: Stage, found: Iterable[Letter]) -> tuple[Waiting, ...]:
    """Return the letters by queue, each with its command."""
    by_queue: dict[str, list[str]] = {}
    for letter in found:
        by_queue.setdefault(letter.queue.name, []).append(letter.item)
    return tuple(
        Waiting(queue, len(items), tuple(sorted(set(items))), redrive_command(stage, queue))
        for queue, items in sorted(by_queue.items())
    )


def given_up(stage: Stage, failures: Failures) -> Callable[[], int]:
    """Return what counts the messages in the queues for failures."""
    queues = failures_of(stage, failures.queues).values()
    return lambda: sum(count(stage, queue) for queue in queues)
