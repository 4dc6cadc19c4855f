"""A deployed stage of a system, embedded or on AWS, as the rest of the tool sees it."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol


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

    @property
    def quiet_seconds(self) -> float:
        """How long silence must last before the pipeline counts as quiet."""

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service: thread-safe and cached."""
