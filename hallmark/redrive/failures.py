"""What redrive must know of a system: its queues of failures, its functions, and its own message formats."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hallmark.redrive.services import start
from hallmark.redrive.work import Work
from hallmark.stage import Stage


@dataclass(frozen=True)
class Failures:
    """Names of stack outputs, and the reader of messages that only this system writes (None: another format).

    `queues` are those that take failures although they have a dead-letter queue; `functions` are ARNs. `run` gives an
    input to a state machine, by its ARN, and returns once that is safe. `stuck` yields what no message stands for, with
    the work that moves it on; None if only messages can be redriven.
    """

    queues: tuple[str, ...]
    functions: tuple[str, ...]
    shape: Callable[[Stage, Mapping[str, Any]], Work | None]
    run: Callable[[Stage, str, Any], None] = start
    stuck: Callable[[Stage], Iterable[tuple[str, Work]]] | None = None
