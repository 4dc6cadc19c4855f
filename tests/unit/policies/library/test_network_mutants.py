"""The cards of networks on a small one: as it is it has no finding, and each mutant exactly its own."""

import pytest

from hallmark.mutants.catalogue import Mutant, of_card
from hallmark.mutants.edits import Edit, edits
from policies.engine import words
from tests.unit.policies.network import PARAMETERS, found, network


def _edits(policy: str) -> list[Edit]:
    meant = {
        **words.of_system("network", "network", "us-east-1"),
        **words.of_parameters(PARAMETERS[policy]),
    }
    rows = [words.filled(row.model_dump(exclude_none=True), meant) for _, row in of_card(policy)]
    made = [list(edits(Mutant.model_validate(row), network(), "dev")) for row in rows]
    assert all(made), f"{policy}: {[row['name'] for row, own in zip(rows, made, strict=True) if not own]} on nothing"
    return [edit for some in made for edit in some]


@pytest.mark.parametrize("policy", PARAMETERS)
def test_a_good_network_has_no_finding(policy: str) -> None:
    assert found(policy, network()) == []


@pytest.mark.parametrize(
    ("policy", "edit"),
    [pytest.param(policy, edit, id=f"{policy}: {edit.done}") for policy in PARAMETERS for edit in _edits(policy)],
)
def test_a_mutant_is_reported_exactly(policy: str, edit: Edit) -> None:
    assert {one.resource for one in found(policy, edit.document)} == set(edit.wanted)
