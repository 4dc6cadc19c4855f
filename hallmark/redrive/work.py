"""One message's work: what is done again, and how."""

from collections.abc import Callable
from dataclasses import dataclass


class Unknown(Exception):
    """A message whose work cannot be told, with the reason; it stays where it is."""


class Refused(Exception):
    """A service took the call, but not what was in it; the message stays where it is."""


@dataclass(frozen=True)
class Work:
    """What is done for a message, in words without its content; `do` returns once the service has accepted it."""

    what: str
    do: Callable[[], object]
