"""The wing: a system's capabilities for the shared commands, which know no system.

A wing is imported on demand, and a capability's dependencies when it is used. Wings do not know each other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from infra.errors import UserError
from infra.systems import system_of

if TYPE_CHECKING:  # a wing is loaded without its capabilities' dependencies
    from datetime import datetime

    from hallmark.digest import DigestPart
    from hallmark.load.load import Load
    from hallmark.observe.difference import Difference
    from hallmark.redrive.failures import Failures
    from hallmark.sending.sending import Sending
    from hallmark.stage import Stage
    from hallmark.stuck import Stuck

T = TypeVar("T")
# Shared command -> the capability without which a system does not support it.
NEEDS = {
    "send": "sending",
    "digest": "digest",
    "redrive": "failures",
    "load": "load",
    "cost": "costed",
    "openapi": "api_id",
}


@dataclass(frozen=True)
class Access:
    """How to reach a stage: addresses by name, keys (shown for an embedded stage only), and an example call."""

    addresses: Mapping[str, str]
    keys: Mapping[str, str]
    sample: str


@dataclass(frozen=True)
class Step:
    """What belongs to every deployment: its announcement, and its function."""

    about: str
    run: "Callable[[Stage], object]"


@dataclass(frozen=True)
class Deciding:
    """Data on a stage that decides, such as a table of rules: as much declared as a resource.

    `control` owns it, `about` is a noun phrase, `differences` compares it with what is declared. `fix` is what to do
    about any of them, `stores` the stack outputs that name where it is kept.
    """

    control: str
    about: str
    differences: "Callable[[Stage], list[Difference]]"
    fix: str
    stores: tuple[str, ...]


@dataclass(frozen=True)
class Costed:
    """What a bill is of a million of: `unit` in the plural, and its name among the counts of a run's ledger.

    `envelope` is an event of the system's bus without its detail; empty for a system without a bus. `parts` is what
    each has several of, its name among the counts, too; empty where none does.
    """

    unit: str
    counted: str
    envelope: Mapping[str, object] = field(default_factory=dict)
    parts: str = ""


@dataclass(frozen=True)
class Wing:
    """A system's capabilities; None if not offered. `commands` are its own, as `module:attribute`.

    `before_main` comes between a stage's parts and its main stack, `after_deploy` follows both.
    `stuck` returns what is accepted and unfinished for more than so many seconds at an aware time, the oldest first.
    """

    access: "Callable[[Stage], Access] | None" = None
    api_id: "Callable[[Stage], str] | None" = None
    before_main: tuple[Step, ...] = ()
    after_deploy: tuple[Step, ...] = ()
    deciding: tuple[Deciding, ...] = ()
    sending: "Callable[[], Sending[Any]] | None" = None
    digest: "Callable[[], tuple[DigestPart, ...]] | None" = None
    failures: "Callable[[], Failures] | None" = None
    stuck: "Callable[[Stage, datetime, float], list[Stuck]] | None" = None
    load: "Callable[[], Load] | None" = None
    costed: Costed | None = None
    commands: Mapping[str, str] = field(default_factory=dict)

    @property
    def supported(self) -> tuple[str, ...]:
        """The commands for this system: the shared ones that need a capability which it has, then its own."""
        return (*(command for command, capability in NEEDS.items() if getattr(self, capability)), *self.commands)


def wing(system: str) -> Wing:
    """Return the wing of a system; UserError when the registry has none of that name."""
    found: Wing = import_module(f"hallmark.systems.{system_of(system).name}").WING
    return found


def offered(system: str, capability: T | None, what: str) -> T:
    """Return a capability; UserError when the system has none; `what` is its text, such as `no API to export`."""
    if capability is None:
        raise UserError(f"{system} has {what}: `hallmark systems` lists what each system offers")
    return capability


def load_of(system: str) -> "Load":
    """Return a system's load; UserError when it has none."""
    return offered(system, wing(system).load, "no load scenarios")()
