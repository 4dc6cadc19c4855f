"""A card's example has no finding, as it is; edited it has one, and in a policy for any template exactly that."""

from typing import Any

import pytest

from hallmark.judging import examples
from hallmark.judging.library import About, every
from hallmark.mutants.catalogue import Mutant, of_card
from hallmark.mutants.edits import Edit, edits
from policies.engine.catalogue import catalogues
from policies.engine.finding import Finding

EXAMPLES = [one for one in every().values() if examples.passing(one.card)]
# Their mutants are made to no system's templates.
PORTABLE = [one for one in every().values() if not set(one.used_by) & set(catalogues())]


def _found(one: About, resources: Any) -> list[Finding]:
    return examples.findings(one.id, one.card, resources)


def _edits() -> list[Any]:
    return [
        pytest.param(one, edit, id=f"{one.id}: {edit.done}")
        for one in PORTABLE
        for _, mutant in of_card(one.id)
        for edit in _made(one, mutant)
    ]


def _made(one: About, mutant: Mutant) -> list[Edit]:
    made = list(edits(mutant, {"Resources": dict(examples.passing(one.card))}, ""))
    assert made, f"{one.id}: {mutant.name} is on nothing"
    return made


def test_every_policy_that_no_system_uses_has_an_example_and_mutants() -> None:
    assert len(PORTABLE) >= 15
    assert [one.id for one in PORTABLE if not examples.passing(one.card) or len(one.card.mutants) < 3] == []


@pytest.mark.parametrize("one", EXAMPLES, ids=lambda one: one.id)
def test_an_example_has_no_finding(one: About) -> None:
    assert _found(one, examples.passing(one.card)) == []


@pytest.mark.parametrize("one", EXAMPLES, ids=lambda one: one.id)
def test_an_example_that_is_said_to_fail_does(one: About) -> None:
    wrong, resources = examples.failing(one.id, one.card)
    assert wrong
    assert _found(one, resources) != []


@pytest.mark.parametrize(("one", "edit"), _edits())
def test_a_mutant_of_an_example_is_reported_exactly(one: About, edit: Edit) -> None:
    assert {finding.resource for finding in _found(one, edit.document["Resources"])} == set(edit.wanted)
