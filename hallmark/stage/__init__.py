"""A deployed stage of a system, embedded or on AWS, as the rest of the tool sees it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from boto3 import Session


class Stage(Protocol):
    """A deployed stage behind one small interface: names, outputs, the addresses of its APIs, and clients."""

    @property
    def system(self) -> str:
        """The system's name, as the registry has it."""

    @property
    def name(self) -> str:
        """The stage's name, such as `dev`."""

    @property
    def target(self) -> Literal["embedded", "aws"]:
        """Where the stage runs."""

    @property
    def session(self) -> Session:
        """The session of its clients, with the credentials that sign what another client sends."""

    @property
    def region(self) -> str:
        """The AWS region of the stage."""

    @property
    def stacks(self) -> tuple[str, ...]:
        """The names of its stacks, the main one first."""

    @property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of all its stacks, by the names of the system's enum."""

    @property
    def is_emulated(self) -> bool:
        """Whether an emulator stands behind it, whatever the target is called."""

    @property
    def endpoint(self) -> str | None:
        """The address of the services; None where boto3 finds it by itself."""

    @property
    def up_command(self) -> str:
        """The command that deploys the stage."""

    def api_address(self, api_id: str) -> str:
        """Return the address of a REST API's stage, without a slash at its end."""

    def api_key(self, key_id: str) -> str:
        """Return the value of an API key; never print or log it."""

    def usage(self) -> Mapping[str, float] | None:
        """Return what the stage has done since it started, as numbers by name; None where nothing is counted."""

    @property
    def incarnation(self) -> str:
        """What tells this deployment of the stage from an earlier or later one of the same name."""

    def messages(self, queue_url: str) -> Sequence[Mapping[str, Any]] | None:
        """Return a queue's messages without receiving them; None where only receiving shows them."""

    def archived(self, archive: str) -> Sequence[str] | None:
        """Return the details, as JSON texts, of the events in an archive; None where only a replay shows them."""

    @property
    def quiet_seconds(self) -> float:
        """How long without any change the system counts as quiet."""

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service: thread-safe and cached."""

    def acting_as(self, session: Session) -> "Stage":
        """Return the same stage with the credentials of a boto3 session."""

    def in_clear(self) -> "Stage":
        """Return the same stage reached over plain HTTP."""
