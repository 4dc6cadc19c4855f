"""What redrive must know of a system: where its failures go, its functions, and messages of its own shape."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hallmark.redrive.work import Work
from hallmark.stage import Stage


@dataclass(frozen=True)
class Failures:
    """Names of stack outputs, and what reads a message that only this system writes (None: it is another).

    `queues` are those that take failures although they have a dead-letter queue; `functions` are ARNs.
    """

    queues: tuple[str, ...]
    functions: tuple[str, ...]
    shape: Callable[[Stage, Mapping[str, Any]], Work | None]
