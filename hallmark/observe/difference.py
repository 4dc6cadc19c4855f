"""One difference between what is declared and what is observed."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Difference:
    """One difference; values as in JSON, None where there is none. Without a path it is the whole resource.

    `mend` is how to mend it, where who compared knows better than its type and path do.
    """

    resource: str
    type: str
    change: Literal["changed", "missing", "added"]
    path: str = ""
    declared: Any = None
    observed: Any = None
    mend: str = field(default="", compare=False)
