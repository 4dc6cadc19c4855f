"""Which gates must leave evidence follows from what a system's controls ask for, and from nothing else."""

from collections.abc import Iterator

import pytest

from hallmark.evidence import expected as module
from hallmark.evidence.expected import OF_SYSTEMS, OF_THE_HOUSE, Asked, asked_of, chosen, expected, judged
from infra.errors import UserError
from infra.systems import SYSTEM_VARIABLE, SYSTEMS, System

FIRST, SECOND = System("first", "FI", "eu-central-1", "one"), System("second", "SE", "us-east-1", "another")
ASKED = {"first": [Asked("FI_A", "template"), Asked("FI_B", "load")], "second": [Asked("SE_A", "template")]}


@pytest.fixture(autouse=True)
def _without(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(SYSTEM_VARIABLE, raising=False)
    yield


@pytest.mark.parametrize(
    ("asked", "gates"),
    [
        ([], ()),
        ([Asked("A_B", "template")], ("policies", "mutants")),
        ([Asked("A_B", "behaviour")], ("integration",)),
        ([Asked("A_IAM_LEAST", "template")], ("policies", "mutants")),
        ([Asked("A_IAM_LEAST", "behaviour")], ("integration", "iam")),
        ([Asked("A_B", "observed")], ("observed",)),
        ([Asked("A_B", "load")], ("transactions", "load")),
    ],
)
def test_each_kind_of_proof_calls_for_its_gates(asked: list[Asked], gates: tuple[str, ...]) -> None:
    assert expected(asked) == gates


def test_a_gate_is_of_the_house_or_of_systems() -> None:
    assert not set(OF_THE_HOUSE) & set(OF_SYSTEMS)


def test_every_system_calls_for_what_its_catalogue_asks() -> None:
    for system in SYSTEMS:
        asked = asked_of(system.name)
        assert asked
        assert {control.startswith(f"{system.prefix}_") for control, _ in asked} == {True}
        assert "policies" in expected(asked)


def test_a_system_is_named_or_in_the_environment_or_it_is_all(monkeypatch: pytest.MonkeyPatch) -> None:
    only = SYSTEMS[0]
    assert chosen() == SYSTEMS
    assert chosen(only.name) == (only,)
    monkeypatch.setenv(SYSTEM_VARIABLE, only.name)
    assert chosen() == (only,)
    with pytest.raises(UserError, match="there is no system 'nobody'"):
        chosen("nobody")


def test_only_systems_that_call_for_a_gate_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SYSTEMS", (FIRST, SECOND))
    monkeypatch.setattr(module, "asked_of", ASKED.__getitem__)
    assert judged("policies") == (FIRST, SECOND)
    assert judged("load") == (FIRST,)
    assert judged("observed") == ()
