"""A card's mutants name nothing of a system, and nothing that the policy does not have."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

import policies.library
from hallmark.mutants import catalogue
from hallmark.mutants.catalogue import Mutant, of_card
from hallmark.mutants.edits import NothingThereError, edits
from infra.errors import UserError
from infra.systems import SYSTEMS
from policies.engine.library import names

MEMORY = "functions/memory"
FUNCTION = {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 512}}


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A card in a copy of the library, which a test may add to."""
    copied = copytree(policies.library.__path__[0], tmp_path / "library")
    with monkeypatch.context() as patch:
        patch.setattr(policies.library, "__path__", [str(copied)])
        yield copied / f"{MEMORY}.yaml"


@pytest.mark.parametrize(
    ("mutant", "problem"),
    [
        (
            '{name: m, on: {type: T}, set: {path: A, value: "$mark:buffer"}}',
            "a card's mutant names no mark: it goes to",
        ),
        ("{name: m, on: {type: T}, set: {path: A, value: $parameter:runtime}}", "the policy has no parameter runtime"),
        ("{name: m, on: {type: T}, delete: A, when: {keeps_data: true}}", "the policy has no parameter keeps_data"),
        ("{name: m, on: {type: T}}", "wants exactly one of"),
        ("{name: m, on: {kind: T}, delete: A}", "there is no such field"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(card: Path, mutant: str, problem: str) -> None:
    good = card.read_text(encoding="utf-8")
    card.write_text(f"{good}  - {mutant}\n", encoding="utf-8")
    with pytest.raises(UserError, match=rf"memory\.yaml:{good.count(chr(10)) + 1}: .*{problem}") as raised:
        of_card(MEMORY)
    assert "\n" not in str(raised.value)


def test_no_card_names_a_system() -> None:
    for policy in names():
        for where, mutant in of_card(policy):
            for system in SYSTEMS:
                words = (system.name, system.slug, f"{system.prefix}_", f":{system.region}:", "nodejs18.x")
                assert not [word for word in words if word in str(mutant)], where


def test_most_mutants_are_shared() -> None:
    loaded = [one for ones in catalogue.load("realtime").values() for one in ones]
    assert sum(isinstance(one, catalogue.Shared) for one in loaded) > len(loaded) / 2


def _edited(document: dict[str, object], value: str) -> list[object]:
    mutant = Mutant.model_validate(
        {"name": "m", "on": {"type": FUNCTION["Type"]}, "set": {"path": "A", "value": value}}
    )
    return [edit.document["Resources"]["F"]["Properties"]["A"] for edit in edits(mutant, document, "dev")]


def test_the_first_of_a_type_and_the_account_are_the_templates() -> None:
    document: dict[str, object] = {"Resources": {"F": FUNCTION, "Q": {"Type": "AWS::SQS::Queue"}}}
    assert _edited(document, "${$first:AWS::SQS::Queue.Arn}") == ["${Q.Arn}"]
    assert _edited(document, "arn:aws:sqs:x:$account:q") == ["arn:aws:sqs:x:${AWS::AccountId}:q"]
    mark = {"Hallmark": {"Account": "111122223333"}}
    assert _edited({**document, "Metadata": mark}, "$account") == ["111122223333"]
    with pytest.raises(NothingThereError, match="names \\$first:AWS::SNS::Topic, but there is none"):
        _edited(document, "$first:AWS::SNS::Topic")


def test_an_edit_that_changes_nothing_is_none() -> None:
    mutant = Mutant.model_validate(
        {"name": "m", "on": {"type": FUNCTION["Type"]}, "set": {"path": "MemorySize", "value": 512}}
    )
    assert list(edits(mutant, {"Resources": {"F": FUNCTION}}, "dev")) == []
