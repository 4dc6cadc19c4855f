"""A deployed stage of a system, embedded or on AWS, as the rest of the tool sees it."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from boto3 import Session


class Stage(Protocol):
    """A deployed stage behind one small interface: names, outputs, the invoke URL with its key, and clients."""

    @property
    def system(self) -> str:
        """The system's name, such as `realtime`."""

    @property
    def name(self) -> str:
        """The stage's name, such as `dev`."""

    @property
    def target(self) -> Literal["embedded", "aws"]:
        """Where the stage runs."""

    @property
    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs by the names in docs/events-and-records.md."""

    @property
    def api_url(self) -> str:
        """The URL that takes POST transactions."""

    @property
    def api_key(self) -> str:
        """The API key; never printed or logged."""

    def usage(self) -> Mapping[str, float] | None:
        """What the stage has done since it started, as numbers by name; None where nobody counts."""

    @property
    def quiet_seconds(self) -> float:
        """How long silence must last before the pipeline counts as quiet."""

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service: thread-safe and cached."""

    def acting_as(self, session: Session) -> "Stage":
        """Return the same stage as somebody else sees it, whose credentials a boto3 session holds."""

    def in_clear(self) -> "Stage":
        """Return the same stage reached over plain HTTP."""
