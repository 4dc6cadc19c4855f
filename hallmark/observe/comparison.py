"""A stage beside its templates: every difference with the controls whose business it is, and how to mend it.

A control is concerned by a difference when one of its findings is at that place of the stage as it runs, and not in the
template, or when the finding ends once the difference is taken back. Where no control finds a fault, none is named.
Data that decides belongs to the control that its system's wing names.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from hallmark import catalogue, policies
from hallmark.observe import deciding, surroundings
from hallmark.observe.deployment import UNMANAGED, Json
from hallmark.observe.drift import Difference, declared, drift
from hallmark.observe.mending import Mending
from hallmark.observe.template import marked, read_back, with_built_code
from hallmark.stage import Stage
from hallmark.together import stack_of

Verdict = dict[str, Any]
_Found = dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class Concern:
    """A control that finds a fault in a difference, and its fix."""

    control: str
    fix: str


@dataclass(frozen=True)
class Explained:
    """A difference with the controls that find a fault in it, none where no control does, and how to mend it.

    `stack` is the one of its resource, where the stage has several.
    """

    difference: Difference
    concerns: tuple[Concern, ...]
    mend: str
    stack: str = ""


@dataclass(frozen=True)
class Comparison:
    """A stage as it was read back beside its templates."""

    system: str
    stage: str
    declared: Json = field(repr=False)
    observed: Json = field(repr=False)
    settings: tuple[Explained, ...] = ()
    data: tuple[Explained, ...] = ()

    @property
    def differences(self) -> tuple[Explained, ...]:
        """All differences: of settings, then of data that decides."""
        return (*self.settings, *self.data)

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """The verdicts on the stage of the controls that ask for the proof `observed`."""
        return judged(self.observed, self.system, self.stage)

    @property
    def account(self) -> str:
        """The account's number."""
        return str(self.observed["Metadata"]["Hallmark"]["Account"])

    @property
    def findings(self) -> _Found:
        """The findings by control; a control without one is left out."""
        return _findings(self.verdicts)


def compare(stage: Stage) -> Comparison:
    """Read a stage back and return the comparison; UserError where it is not deployed or not synthesized."""
    template = declared(stage.system, stage.name)
    observed, deployed = read_back(stage)
    found = compared(template, observed, Mending(stage, template, observed, deployed))
    data = (
        Explained(one, (Concern(owner.control, owner.fix),), one.mend or owner.fix)
        for owner, differences in deciding.judged(stage)
        for one in differences
    )
    return replace(found, settings=(*found.settings, *_around(stage)), data=tuple(data))


def _around(stage: Stage) -> Iterator[Explained]:
    """Yield the differences of what stands around the stage's resources, which no policy judges."""
    wanted, there = surroundings.read(stage)
    mending = Mending(stage, wanted, there, wanted)
    for one in drift(wanted, there, surroundings.READABLE):
        yield Explained(one, (), mending.of(one))


def compared(template: Json, observed: Json, mending: Mending) -> Comparison:
    """Return the comparison of a declared template with an observed one, which says system and stage."""
    mark = observed["Metadata"]["Hallmark"]
    template, observed = marked(template, mark["Account"]), with_built_code(observed, template)
    found = Comparison(mark["System"], mark["Stage"], template, observed)
    return replace(found, settings=tuple(_explained(found, mending)))


def judged(document: Mapping[str, Any], system: str, stage: str) -> list[Verdict]:
    """Return the verdicts on an observed template of the controls that ask for the proof `observed`."""
    asking = {control.id for control in catalogue.load(system).controls if control.asks_for("observed")}
    verdicts = [one for one in policies.judge(document, system, stage) if one["id"] in asking]
    for finding in (finding for one in verdicts for finding in one["findings"]):
        if finding["resource"].startswith(UNMANAGED):
            finding["fix"] = "Delete it: nobody declared it (`hallmark drift` has the command)."
    return verdicts


def _findings(verdicts: Iterable[Verdict]) -> _Found:
    return {one["id"]: one["findings"] for one in verdicts if one["findings"]}


def _new(both: Comparison) -> _Found:
    """Return the policies' findings on the stage that the template does not have."""
    found = both.findings
    before = _findings(policies.judge(both.declared, both.system, both.stage)) if found else {}
    # Findings in data that decides are no policy's: the data's own differences say whose they are.
    new = {
        name: [one for one in own if one["policy"] and one not in before.get(name, [])] for name, own in found.items()
    }
    return {name: own for name, own in new.items() if own}


def _explained(both: Comparison, mending: Mending) -> Iterator[Explained]:
    differences = drift(both.declared, both.observed)
    found = _new(both) if differences else {}
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
        concerns = tuple(dict.fromkeys((*here, *ended.get(one.resource, ()))))
        stack = stack_of(both.observed, one.resource) or stack_of(both.declared, one.resource)
        yield Explained(one, concerns, mending.of(one), stack)


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


def _ended(found: _Found, name: str, both: Comparison) -> Iterator[Concern]:
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
