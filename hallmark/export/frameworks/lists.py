"""The lists of frameworks' ids, each with its source, and the area of it that systems such as ours can cover."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict

_FOLDER = Path(__file__).parent


def _titled(ids: object) -> object:
    """Return ids with titles; a plain list has none."""
    return dict.fromkeys(ids, "") if isinstance(ids, list) else ids


class Section(BaseModel):
    """A part of a framework: what it is about, and its ids with their titles."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    about: str
    ids: Annotated[Mapping[str, str], BeforeValidator(_titled)]


class Framework(BaseModel):
    """A framework's area: its name as reports have it, its version and source, what is in the area, its sections.

    `catalog` is the address of its OSCAL catalog, if there is one; `prefix` makes its ids tokens of OSCAL.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    version: str
    source: str
    scope: str
    prefix: str
    catalog: str = ""
    sections: Mapping[str, Section]

    @property
    def ids(self) -> dict[str, str]:
        """Every id of the area with the section that has it."""
        return {one: name for name, section in self.sections.items() for one in section.ids}


@cache
def frameworks(folder: Path = _FOLDER) -> tuple[Framework, ...]:
    """Return the frameworks that controls name."""
    files = sorted(folder.glob("*.yaml"), reverse=True)
    return tuple(Framework.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files)
