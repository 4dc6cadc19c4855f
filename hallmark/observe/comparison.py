"""A stage beside its templates: every difference with the controls whose business it is, and how to mend it.

A control is concerned by a difference when one of its findings is at that place of the stage as it runs, and not in the
template, or when the finding ends once the difference is taken back. Where no control finds a fault, none is named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hallmark import catalogue, policies
from hallmark.observe.deployment import Json
from hallmark.observe.drift import Difference, declared, drift
from hallmark.observe.template import marked, observe
from hallmark.stage import Stage

Verdict = dict[str, Any]
_Found = dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class Concern:
    """A control that finds a fault in a difference, and its fix."""

    control: str
    fix: str


@dataclass(frozen=True)
class Explained:
    """A difference with the controls that find a fault in it; none where no control does."""

    difference: Difference
    concerns: tuple[Concern, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A stage as it was read back, its differences, and the verdict of every control that asks for the proof."""

    system: str
    stage: str
    observed: Json = field(repr=False)
    differences: tuple[Explained, ...]
    verdicts: tuple[Verdict, ...] = field(repr=False)

    @property
    def findings(self) -> _Found:
        """The findings by control; a control without one is left out."""
        return _findings(self.verdicts)

    @property
    def is_as_declared(self) -> bool:
        """Whether the stage is as its templates say, and no control finds a fault in it."""
        return not self.differences and not self.findings


def compare(stage: Stage) -> Comparison:
    """Read a stage back and return the comparison; UserError where it is not deployed or not synthesized."""
    return compared(declared(stage.system, stage.name), observe(stage), stage.system, stage.name)


def compared(template: Json, observed: Json, system: str, stage: str) -> Comparison:
    """Return the comparison of a declared template with an observed one."""
    both = _Both(marked(template, observed["Metadata"]["Hallmark"]["Account"]), observed, system, stage)
    verdicts = judged(observed, system, stage)
    explained = tuple(_explained(drift(template, observed), _new(verdicts, both), both))
    return Comparison(system, stage, observed, explained, tuple(verdicts))


def judged(document: Mapping[str, Any], system: str, stage: str) -> list[Verdict]:
    """Return the verdicts on an observed template of the controls that ask for the proof `observed`."""
    asking = {control.id for control in catalogue.load(system).controls if control.asks_for("observed")}
    return [one for one in policies.judge(document, system, stage) if one["id"] in asking]


@dataclass(frozen=True)
class _Both:
    """A stage's declared and observed template."""

    declared: Json
    observed: Json
    system: str
    stage: str


def _findings(verdicts: Iterable[Verdict]) -> _Found:
    return {one["id"]: one["findings"] for one in verdicts if one["findings"]}


def _new(verdicts: Iterable[Verdict], both: _Both) -> _Found:
    """Return the findings on the stage that the template does not have."""
    found = _findings(verdicts)
    before = _findings(policies.judge(both.declared, both.system, both.stage)) if found else {}
    new = {name: [one for one in own if one not in before.get(name, [])] for name, own in found.items()}
    return {name: own for name, own in new.items() if own}


def _explained(differences: list[Difference], found: _Found, both: _Both) -> Iterator[Explained]:
    # What is at the place of a difference is explained by it; the rest by taking back one resource at a time.
    elsewhere = {
        name: rest
        for name, own in found.items()
        if (rest := [one for one in own if not any(_is_at(one, difference) for difference in differences)])
    }
    ended: dict[str, list[Concern]] = {}
    for one in differences:
        here = [Concern(name, item["fix"]) for name, own in found.items() for item in own if _is_at(item, one)]
        if elsewhere and one.resource not in ended:
            ended[one.resource] = list(_ended(elsewhere, one.resource, both))
        yield Explained(one, tuple(dict.fromkeys((*here, *ended.get(one.resource, ())))))


def _is_at(finding: Mapping[str, str], difference: Difference) -> bool:
    """Return whether a finding is at the place of a difference: one path begins with the other."""
    if finding["resource"] != difference.resource:
        return False
    left, right = _words(finding["path"]), _words(difference.path)
    shared = min(len(left), len(right))
    return left[:shared] == right[:shared]


def _words(path: str) -> list[str]:
    """Return the names in a path; members of lists are named by number in one and by their keys in the other."""
    return [word.partition("[")[0] for word in path.split(".")] if path else []


def _ended(found: _Found, name: str, both: _Both) -> Iterator[Concern]:
    """Yield the controls with a finding that ends when one resource is as it was declared."""
    others = {key: value for key, value in both.observed["Resources"].items() if key != name}
    own = {name: both.declared["Resources"][name]} if name in both.declared["Resources"] else {}
    template = policies.template_of({**both.observed, "Resources": {**others, **own}}, both.system)
    judgements = policies.load(both.system)
    for control, findings in found.items():
        still = {(one.resource, one.path, one.found) for one in judgements[control].findings(template, both.stage)}
        for one in findings:
            if (one["resource"], one["path"], one["found"]) not in still:
                yield Concern(control, one["fix"])
