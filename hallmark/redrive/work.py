"""The work of one message: what to repeat, and how."""

from collections.abc import Callable
from dataclasses import dataclass


class Unknown(Exception):
    """A message whose work cannot be determined, with the reason; it stays in the queue."""


class Refused(Exception):
    """A service took the call, but rejected its content; the message stays in the queue."""


@dataclass(frozen=True)
class Work:
    """What to do for a message, described without its content; `do` returns once the service has accepted it."""

    what: str
    do: Callable[[], object]
