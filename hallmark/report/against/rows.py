"""One difference between two reports."""

from dataclasses import dataclass
from typing import Literal

Sense = Literal["worse", "better", "changed"]


@dataclass(frozen=True)
class Change:
    """What differs: the kind of thing, its name, the change in few words, its detail, and the line to look at."""

    sense: Sense
    kind: str
    name: str
    what: str
    detail: str = ""
    source: str = ""
