"""The engine edits every place once, leaves the template as it was, and tells exactly what survives."""

import copy
from typing import Any

import pytest

from hallmark.mutants.catalogue import Mutant
from hallmark.mutants.edits import edits
from hallmark.mutants.judgement import run
from infra.errors import UserError
from policies.engine.policy import Policy

DOCUMENT: dict[str, Any] = {
    "Resources": {
        "R": {
            "Type": "Rule",
            "Properties": {"Name": "r-dev", "Targets": [{"Id": "a", "Retry": 1}, {"Id": "b"}], "Queue": {"Ref": "Q"}},
            "Metadata": {"Hallmark": {"Role": "rule"}},
        },
        "Q": {"Type": "Queue", "Properties": {"Name": "q-dev"}},
        "P": {"Type": "Queue"},
    }
}


def _edits(**fields: Any) -> list[Any]:
    before = copy.deepcopy(DOCUMENT)
    found = list(edits(Mutant.model_validate({"name": "m", **fields}), DOCUMENT, "dev"))
    assert before == DOCUMENT
    return found


def _properties(edit: Any, name: str = "R") -> Any:
    return edit.document["Resources"][name]["Properties"]


def test_every_element_is_an_edit_of_its_own() -> None:
    first, second = _edits(on={"type": "Rule"}, set={"path": "Targets[*].Retry", "value": 9})
    assert [one["Retry"] for one in _properties(first)["Targets"] if "Retry" in one] == [9]
    assert [one.get("Retry") for one in _properties(second)["Targets"]] == [1, 9]
    assert first.wanted == second.wanted == ("R",)


def test_what_is_not_there_is_not_deleted() -> None:
    (only,) = _edits(on={"type": "Rule"}, delete="Targets[*].Retry")
    assert _properties(only)["Targets"] == [{"Id": "a"}, {"Id": "b"}]


def test_an_element_is_chosen_by_a_value() -> None:
    (only,) = _edits(on={"type": "Rule"}, delete="Targets[Id=b]")
    assert [one["Id"] for one in _properties(only)["Targets"]] == ["a"]


def test_one_value_becomes_a_list_when_another_is_appended() -> None:
    (only,) = _edits(on={"type": "Rule"}, append={"path": "Targets[0].Id", "value": "z"})
    assert _properties(only)["Targets"][0]["Id"] == ["a", "z"]


def test_a_resource_without_properties_gets_them() -> None:
    found = _edits(on={"type": "Queue"}, set={"path": "Deep.Value", "value": "$self in $stage"})
    assert [_properties(one, name)["Deep"]["Value"] for one, name in zip(found, "QP", strict=True)] == [
        "Q in dev",
        "P in dev",
    ]


def test_attributes_of_the_resource_itself_can_be_set() -> None:
    (only,) = _edits(on={"role": "rule"}, set={"path": "Condition", "value": "Maybe"})
    assert only.document["Resources"]["R"]["Condition"] == "Maybe"


def test_a_filter_takes_values_and_absence() -> None:
    assert len(_edits(on={"type": "Queue", "where": {"Name": "q-*"}}, remove_resource=True)) == 1
    assert len(_edits(on={"type": "Queue", "where": {"Name": None}}, remove_resource=True)) == 1


def test_relations_say_who_must_be_reported() -> None:
    (removed,) = _edits(
        on={"type": "Queue", "where": {"Name": "q-*"}}, remove_resource=True, reports={"related": "refers"}
    )
    assert removed.wanted == ("R",)
    (rule,) = _edits(on={"type": "Rule"}, remove_resource=True, reports={"related": "referred"})
    assert rule.wanted == ("Q",)
    (template,) = _edits(on={"type": "Rule"}, remove_resource=True, reports="template")
    assert template.wanted == ("(template)",)


def test_an_added_resource_is_reported_itself() -> None:
    (only,) = _edits(add_resource={"id": "New", "Type": "Queue", "Properties": {"Of": "$mark:rule"}})
    assert only.document["Resources"]["New"] == {"Type": "Queue", "Properties": {"Of": "R"}}
    assert only.wanted == ("New",)


def test_a_mark_that_is_not_there_is_told() -> None:
    with pytest.raises(UserError, match="mark:nobody"):
        _edits(on={"type": "Rule"}, set={"path": "A", "value": "$mark:nobody"})


def test_the_mutants_of_a_control_are_killed() -> None:
    result = run("realtime", {"RT_FN_MEMORY"})
    assert result.total >= 20
    assert (result.killed, result.survivors) == (result.total, [])


def test_a_policy_that_sees_nothing_lets_its_mutants_survive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Policy, "findings", lambda *_: [])
    result = run("realtime", {"RT_FN_MEMORY"})
    assert result.killed == 0
    assert len(result.survivors) == result.total
    assert "half the memory (MemorySize on " in str(result.survivors[0])
