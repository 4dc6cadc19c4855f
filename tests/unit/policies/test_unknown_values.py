"""A value that cannot be resolved is never taken for absent: where a value is a violation, an unknown one is too."""

from collections.abc import Iterator
from typing import Any

import pytest

from hallmark import policies
from hallmark.mutants.catalogue import Mutant, load
from hallmark.mutants.edits import NothingThereError, edits
from hallmark.mutants.judgement import document_of
from policies.engine.systems import placed
from policies.engine.template.template import Template

DOCUMENT = {
    "Parameters": {"Chosen": {"Type": "String"}},
    "Conditions": {"C": {"Fn::Equals": [{"Ref": "Chosen"}, "x"]}},
}
# Controls about what is written out: a value that is not written names no stage, no region and no other tag.
WRITTEN = ("_REGION", "_ENV_SEPARATION", "_NAMES", "_TAGS")
# What an unknown value of a policy's own scope leaves to another control of the system, which reports it.
ELSEWHERE = {
    "a method that calls $LATEST",
    "a rule that calls $LATEST",
    "a rule that calls a version, whatever its code",
}


def _unknowns(mutant: Mutant) -> Iterator[Mutant]:
    """The mutant with its value under a condition, and read at deployment."""
    for key in ("set", "append"):
        place = getattr(mutant, key)
        if place is not None and mutant.on is not None:
            forms: list[Any] = [{"Fn::If": ["C", place.value, {"Ref": "AWS::NoValue"}]}]
            # Objects and lists are not read so.
            forms += [] if isinstance(place.value, dict | list) else ["{{resolve:ssm:/x}}", {"Ref": "Chosen"}]
            for form in forms:
                yield mutant.model_copy(update={key: place.model_copy(update={"value": form})})


@pytest.mark.parametrize("system", ["realtime", "merchant_upload"])
def test_an_unknown_value_is_reported_where_a_violation_is(system: str) -> None:
    documents = {stage: {**placed(document_of(system, stage), system), **DOCUMENT} for stage in ("dev", "prod")}
    bodies: dict[Any, Any] = {}
    missed: list[str] = []
    for control, mutants in load(system).items():
        judge = policies.load(system)[control]
        # Every second is enough: most values are there twice.
        for mutant in mutants[::2] if not control.endswith(WRITTEN) else ():
            stage = next(iter(mutant.stages or documents))
            for unknown in _unknowns(mutant) if mutant.name not in ELSEWHERE else ():
                try:
                    edit = next(edits(unknown, documents[stage], stage, bodies), None)
                except NothingThereError:
                    continue
                if edit and not judge.findings(Template(edit.document, bodies), stage):
                    missed.append(f"{control}: {edit.done}")
    assert missed == []
