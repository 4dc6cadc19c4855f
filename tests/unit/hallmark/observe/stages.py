"""A stage of which only names are asked."""

from dataclasses import dataclass
from typing import Any, Literal, cast

from hallmark.stage import Stage

ACCOUNT = "111122223333"


@dataclass(frozen=True)
class _Stage:
    system: str = "realtime"
    name: str = "dev"
    target: Literal["embedded", "aws"] = "embedded"
    region: str = "eu-central-1"
    endpoint: str | None = None
    stacks: tuple[str, ...] = ("hallmark-realtime-dev",)
    up_command: str = "hallmark up --system realtime --stage dev"


def fake_stage(**fields: Any) -> Stage:
    """Return a stage with these names."""
    return cast(Stage, _Stage(**fields))
