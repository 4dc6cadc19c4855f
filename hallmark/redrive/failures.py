"""What redrive must know of a system: its queues of failures, its functions, and its own message formats."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hallmark.redrive.work import Work
from hallmark.stage import Stage


@dataclass(frozen=True)
class Failures:
    """Names of stack outputs, and the reader of messages that only this system writes (None: another format).

    `queues` are those that take failures although they have a dead-letter queue; `functions` are ARNs.
    """

    queues: tuple[str, ...]
    functions: tuple[str, ...]
    shape: Callable[[Stage, Mapping[str, Any]], Work | None]
