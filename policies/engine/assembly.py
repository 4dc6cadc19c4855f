"""A cloud assembly: which of its templates are those of one stage of one system.

https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/cloud-assembly-schema/README.md
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from policies.engine.reading.reader import read_template
from policies.engine.reading.refusal import Unreadable
from policies.engine.systems import SHARED, NoSystem, system_of
from policies.engine.template.naming import stage_of
from policies.engine.template.template import Template

MANIFEST = "manifest.json"
_ENDING, _NESTED = ".template.json", ".nested.template.json"
_STACK, _INNER = "aws:cloudformation:stack", "cdk:cloud-assembly"
# The CDK's assemblies are one in the other once or twice.
_DEEPEST = 8
_NO_SYSTEM = "its system cannot be resolved: add Metadata.Hallmark.System"
_NO_STAGE = "its stage cannot be resolved: add Metadata.Hallmark.Stage"
Document = dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """The templates of an assembly by system and stage, in their order; those beside the systems in `left_out`."""

    stages: Mapping[tuple[str, str], Mapping[Path, Document]] = field(repr=False)
    left_out: Mapping[Path, Document] = field(default_factory=dict)

    def others_of(self, own: Mapping[Path, Document]) -> dict[Path, Document]:
        """Return all templates but those of one stage."""
        every = [*(one for stage in self.stages.values() for one in stage.items()), *self.left_out.items()]
        return {file: document for file, document in every if file not in own}


def files_of(folder: Path) -> list[Path]:
    """Return the templates of the stacks of an assembly, with those of assemblies inside; raise Unreadable.

    Templates of nested stacks are none: a stack that has them cannot be read.
    """
    if (folder / MANIFEST).is_file():
        return list(dict.fromkeys(_listed(folder, 0)))
    found = sorted(one for one in folder.glob(f"*{_ENDING}") if not one.name.endswith(_NESTED))
    if not found:
        raise Unreadable(f"is no cloud assembly: it has neither {MANIFEST} nor a file *{_ENDING}")
    return found


def main_first(stack: Path | str) -> tuple[int, str]:
    """Return a key that sorts the stacks of a stage, or their templates: additional ones have a longer name."""
    name = Path(stack).name
    return len(name), name


def _listed(folder: Path, depth: int) -> Iterator[Path]:
    try:
        artifacts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["artifacts"]
        own = [(one["type"], one.get("properties", {})) for one in artifacts.values()]
        stacks = [folder / about["templateFile"] for kind, about in own if kind == _STACK]
        inner = [folder / about["directoryName"] for kind, about in own if kind == _INNER]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unreadable(f"is no cloud assembly: {folder / MANIFEST} cannot be read") from None
    if depth > _DEEPEST:
        raise Unreadable("is no cloud assembly: its assemblies are inside of each other")
    yield from stacks
    for one in inner:
        yield from _listed(one, depth + 1)


def assembly(folder: Path, wanted: str | None = None) -> Assembly:
    """Return an assembly by system and stage; `wanted` is the system of templates that do not say theirs.

    A template that does not say both belongs to the only stage that there is. Raise Unreadable, in one line.
    """
    stages: dict[tuple[str, str], dict[Path, Document]] = {}
    left_out: dict[Path, Document] = {}
    unknown: dict[Path, _Unknown] = {}
    for file in files_of(folder):
        document = _read(file)
        template = Template(document)
        if template.system in SHARED:
            left_out[file] = document
            continue
        system, stage = _named(file, template)
        if system and stage:
            stages.setdefault((system, stage), {})[file] = document
        else:
            unknown[file] = _Unknown(document, system or wanted or "", stage, _NO_STAGE if system else _NO_SYSTEM)
    for file, one in unknown.items():
        if len(stages) == 1:
            key = next(iter(stages))
        elif stages or not one.system:
            raise Unreadable(f"has {file.name}: {one.problem}")
        else:
            key = one.system, one.stage
        stages.setdefault(key, {})[file] = one.document
    ordered = {key: {file: own[file] for file in sorted(own, key=main_first)} for key, own in stages.items()}
    return Assembly(ordered, left_out)


class _Unknown(NamedTuple):
    """A template that does not say its system, or its stage."""

    document: Document
    system: str
    stage: str
    problem: str


def _named(file: Path, template: Template) -> tuple[str, str]:
    """Return the system and the stage of a template; empty for what it does not say. Raise Unreadable."""
    try:
        return system_of(template), stage_of(template)
    except NoSystem as error:
        if template.system:
            raise Unreadable(f"has {file.name}: {error}") from None
        return "", stage_of(template)


def _read(file: Path) -> Document:
    try:
        return read_template(file)
    except Unreadable as error:
        raise Unreadable(f"has {file.name}, which {error}") from None


class Beside(NamedTuple):
    """The templates of a file's stage, its own among them, and the others of the assembly."""

    stage: Mapping[Path, Document]
    others: Mapping[Path, Document]


def beside(file: Path) -> Beside:
    """Return the templates beside a file where a manifest in its folder lists it, else only its own.

    Raise Unreadable.
    """
    if (file.parent / MANIFEST).is_file() and file in _listed(file.parent, 0):
        found = assembly(file.parent)
        for own in found.stages.values():
            if file in own:
                return Beside(own, found.others_of(own))
    return Beside({file: read_template(file)}, {})
