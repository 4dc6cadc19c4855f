"""A wing: what a system offers the shared commands, which know no system and ask for a capability.

A wing is imported when it is asked for, and what a capability needs when it is used: no wing knows another.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from infra.errors import UserError
from infra.systems import system_of

if TYPE_CHECKING:  # asking for a wing costs nothing of what its capabilities are made of
    from hallmark.digest import DigestPart
    from hallmark.load.load import Load
    from hallmark.redrive.failures import Failures
    from hallmark.sending.sending import Sending
    from hallmark.stage import Stage

T = TypeVar("T")


@dataclass(frozen=True)
class Card:
    """How a stage is reached: addresses by name, what is shown of an embedded stage only, and a line to try it with."""

    addresses: Mapping[str, str]
    keys: Mapping[str, str]
    sample: str


@dataclass(frozen=True)
class Step:
    """What follows every deployment: how it is announced, and what is done."""

    about: str
    run: "Callable[[Stage], object]"


@dataclass(frozen=True)
class Wing:
    """A system's capabilities; what it does not offer is None. `commands` are its own, as `module:attribute`."""

    card: "Callable[[Stage], Card] | None" = None
    api_id: "Callable[[Stage], str] | None" = None
    after_deploy: tuple[Step, ...] = ()
    sending: "Callable[[], Sending[Any]] | None" = None
    digest: "Callable[[], tuple[DigestPart, ...]] | None" = None
    failures: "Callable[[], Failures] | None" = None
    load: "Callable[[], Load] | None" = None
    costed_event: Mapping[str, object] | None = None
    commands: Mapping[str, str] = field(default_factory=dict)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """The names of what it offers, its own commands left aside."""
        names = (one.name for one in fields(self) if one.name != "commands" and getattr(self, one.name))
        return tuple(name.replace("_", " ") for name in names)


def wing(system: str) -> Wing:
    """Return the wing of a system; UserError when the registry has none of that name."""
    found: Wing = import_module(f"hallmark.systems.{system_of(system).name}").WING
    return found


def offered(system: str, capability: T | None, what: str) -> T:
    """Return a capability; UserError when the system has none, which says `what` it lacks: `no API to export`."""
    if capability is None:
        raise UserError(f"{system} has {what}: `hallmark systems` says what each system offers")
    return capability


def load_of(system: str) -> "Load":
    """Return how a system is put under load; UserError when it is not."""
    return offered(system, wing(system).load, "no load scenarios")()
