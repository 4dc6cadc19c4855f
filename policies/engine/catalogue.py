"""The control catalogues as the policies need them: which policies a control uses, with which parameters for a stage.

Fields that a row leaves out come from the card of its first policy. `hallmark.catalogue` reads the same files strictly,
with lines; this module reads them without hallmark, for checkov.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policies.engine import words
from policies.engine.cards import NoCard, card
from policies.engine.parameters import differs_by_stage, problems
from policies.engine.reading.yaml_reader import loader

CONTROLS = Path(__file__).resolve().parents[1] / "controls"
# For any template; `hallmark.judging.catalogue` reads them.
READY = CONTROLS.with_name("catalogues")
# Only these are booleans: NO is Norway.
_Loader = loader({"bool": "^(?:true|false)$"})


_HEAD = {"region", "stages", "requirements", "parts", "controls"}


class NoCatalogue(Exception):
    """A catalogue, or a card that one of its rows needs, cannot be used; the message is one line."""


class NoStage(Exception):
    """A parameter differs by stage, and the template's stage cannot be resolved."""


@dataclass(frozen=True)
class Use:
    """A policy of the library, `topic/name`, the fix for its findings, and its parameters.

    A parameter has one value, or one for each stage.
    """

    policy: str
    fix: str
    parameters: Mapping[str, Any]

    def parameters_of(self, stage: str, stages: tuple[str, ...]) -> dict[str, Any]:
        """Return the parameters for a stage; raise NoStage if one differs by stage and the stage cannot be resolved."""
        return {name: _for_stage(name, value, stage, stages) for name, value in self.parameters.items()}


def _for_stage(name: str, value: Any, stage: str, stages: tuple[str, ...]) -> Any:
    if not differs_by_stage(value, stages):
        return value
    if stage not in value:
        raise NoStage(f"{name} differs by stage, and the stage {stage or 'of the template'} is not one of them")
    return value[stage]


@dataclass(frozen=True)
class Control:
    """A requirement: the policies that judge it (none if it is proved otherwise), and the fix for their findings."""

    id: str
    title: str
    fix: str
    uses: tuple[Use, ...]


@dataclass(frozen=True)
class Catalogue:
    """The controls of one system by their ids, with its region and stages.

    `parts` says which resource plays which part, as written: `policies.engine.parts` reads it. A `portable` catalogue
    is for any template: it judges what is there, and asks for nothing beside its parts.
    """

    system: str
    region: str
    stages: tuple[str, ...]
    controls: Mapping[str, Control]
    parts: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    portable: bool = False

    @property
    def slug(self) -> str:
        """The system's name in physical names."""
        return self.system.replace("_", "-")


@cache
def catalogues(folder: Path = CONTROLS) -> dict[str, Catalogue]:
    """Return every system's catalogue by system; raise NoCatalogue."""
    return {file.stem: _read(file) for file in sorted(folder.glob("*.yaml"))}


@cache
def used_by_ready(folder: Path = READY) -> dict[str, frozenset[str]]:
    """Return the policies that each catalogue for any template names; raise NoCatalogue."""
    return {file.stem: _policies_in(file) for file in sorted(folder.glob("*.yaml"))}


def _policies_in(file: Path) -> frozenset[str]:
    try:
        rows = yaml.load(file.read_bytes(), _Loader)["controls"]
        return frozenset(policy for row in rows for policy, _ in _named(row))
    except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise NoCatalogue(f"{file.name} is not a catalogue of controls: {' '.join(str(error).split())}") from None


def stages() -> frozenset[str]:
    """Return every stage of every system."""
    return frozenset(stage for catalogue in catalogues().values() for stage in catalogue.stages)


def _read(file: Path) -> Catalogue:
    try:
        data = yaml.load(file.read_bytes(), _Loader)
        blank = Catalogue(file.stem, data["region"], tuple(data["stages"]), {}, data.get("parts", {}))
        controls = {row["id"]: _control(row, blank) for row in data["controls"]}
        _check_head(data, len(controls))
        return replace(blank, controls=controls)
    except NoCard as error:
        raise NoCatalogue(str(error)) from None
    except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise NoCatalogue(f"{file.name} is not a catalogue of controls: {' '.join(str(error).split())}") from None


def _check_head(data: Mapping[str, Any], controls: int) -> None:
    unknown = sorted(map(str, data.keys() - _HEAD))
    if unknown:
        raise ValueError(f"there is no such field as {unknown[0]}")
    number = data.get("requirements", controls)
    if type(number) is not int or number < controls:
        raise ValueError(f"requirements must be a number, {controls} at least")


def _control(row: Mapping[str, Any], catalogue: Catalogue) -> Control:
    uses = tuple(_use(row, *named, catalogue) for named in _named(row))
    own = {name: row[name] for name in ("title", "fix") if name in row}
    if len(own) < 2 and not uses:
        raise ValueError(f"{row['id']}: the field {'fix' if 'title' in own else 'title'} is missing")
    first = next(iter(uses), None)
    said = {"title": _text(card(first.policy).title, first.parameters, catalogue), "fix": first.fix} if first else {}
    return Control(row["id"], uses=uses, **{**said, **own})


def _named(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each policy with its parameters; the short form names one `policy` beside its `parameters`."""
    if "policy" in row:
        yield row["policy"], row.get("parameters", {})
    for one in row.get("policies", ()):
        yield one["use"], one.get("parameters", {})


def _use(row: Mapping[str, Any], policy: str, parameters: Any, catalogue: Catalogue) -> Use:
    about = card(policy)
    for path, problem in problems(parameters, about.parameters, catalogue.stages):
        where = ".".join(map(str, (row["id"], policy, *path)))
        raise ValueError(f"{where}: {problem}")
    return Use(policy, row.get("fix") or _text(about.fix, parameters, catalogue), parameters)


def _text(text: str, parameters: Mapping[str, Any], catalogue: Catalogue) -> str:
    meant = words.of_system(catalogue.system, catalogue.slug, catalogue.region)
    return words.sentence(text, meant, parameters, catalogue.stages)
