"""The lines of infra/ that made the resources of the templates, as synthesis kept them beside each template."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from hallmark.project import BUILD, CLOUD_ASSEMBLY, ROOT

_SUFFIX = ".sources.json"
_TEMPLATE = ".template.json"
# Constructs that all systems share.
_TRUNK = "infra/constructs/"
_BUILD = f"{BUILD.relative_to(ROOT).as_posix()}/"


@dataclass(frozen=True)
class Source:
    """A line of a file of the checkout, from 1; `related` are the others that took part, the innermost first."""

    file: str
    line: int = 1
    related: tuple["Source", ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Sources:
    """The lines of each stack's resources by their logical ids, innermost first; the stack's own under ``."""

    stacks: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)

    def of(self, artifact: str, resource: str) -> Source | None:
        """Return the line that an engineer edits for a resource of an artifact; None for an artifact of no stack.

        The innermost one outside of the shared constructs, or that of the stack for what the stack does not declare.
        A file of the build that is no template is about any stack that has the resource.
        """
        file = artifact.partition("::")[0]
        if not file.startswith(_BUILD):
            return None
        name = PurePosixPath(file).name
        if name.endswith(_TEMPLATE):
            known: Mapping[str, list[str]] = self.stacks.get(name.removesuffix(_TEMPLATE), {})
        else:
            known = next((one for one in self.stacks.values() if resource and resource in one), {})
        return _source(known.get(resource) or known.get("", []))


def _source(lines: list[str]) -> Source | None:
    if not lines:
        return None
    own = next((line for line in lines if not line.startswith(_TRUNK)), lines[0])
    chief, *others = (_parsed(line) for line in (own, *(line for line in lines if line != own)))
    return Source(chief.file, chief.line, tuple(others))


def _parsed(line: str) -> Source:
    file, _, number = line.rpartition(":")
    return Source(file, int(number))


def is_built(file: str) -> bool:
    """Return whether a path of the checkout is one of the build, which no repository has."""
    return file.startswith(_BUILD)


def load(assembly: Path = CLOUD_ASSEMBLY) -> Sources:
    """Return what synthesis kept; nothing of stacks that it did not make."""
    files = sorted(assembly.glob(f"*{_SUFFIX}"))
    return Sources({file.name.removesuffix(_SUFFIX): json.loads(file.read_text(encoding="utf-8")) for file in files})
