"""What is reserved in a region is summed over all templates of an assembly that share it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies.engine import library
from policies.engine.assembly import beside
from policies.engine.services.reserved import with_beside
from policies.engine.template.template import Template

Document = dict[str, Any]
OURS, OTHERS = "123456789012", "210987654321"


def stage(*numbers: Any, **mark: str) -> Document:
    functions = {
        f"F{place}": {"Type": "AWS::Lambda::Function", "Properties": {"ReservedConcurrentExecutions": number}}
        for place, number in enumerate(numbers)
    }
    return {"Metadata": {"Hallmark": {"Region": "us-east-1", "Stage": "dev", **mark}}, "Resources": functions}


def found(own: Document, **others: Document) -> list[str]:
    template = Template(with_beside(own, others))
    policy = library.policy("functions/region_share")
    return [one.found for one in policy.findings(template, {"at_most": 900, "stage": "dev"})]


def test_a_sum_of_several_templates_is_found_with_each_part() -> None:
    assert found(stage(100, 200), one=stage(300), two=stage(300)) == []
    (text,) = found(stage(100, "200"), one=stage(300), two=stage(301))
    assert text == "901 reserved in this region: 300 here, and one 300, two 301"


@pytest.mark.parametrize("mark", [{"Region": "eu-central-1"}, {"Account": OTHERS}])
def test_another_region_or_account_has_executions_of_its_own(mark: dict[str, str]) -> None:
    assert found(stage(300, Account=OURS), one=stage(900, **mark)) == []


def test_the_same_account_and_an_unknown_one_are_shared() -> None:
    for account in ({"Account": OURS}, dict[str, str]()):
        assert len(found(stage(300, Account=OURS), one=stage(900, **account))) == 1


def test_what_cannot_be_resolved_is_found_wherever_it_is() -> None:
    chosen = {"Ref": "Chosen"}
    assert len(found(stage(chosen))) == 1
    (text,) = found(stage(1), one=stage(chosen))
    assert "what one reserves in this region cannot be resolved" in text


def test_functions_without_a_reservation_take_none() -> None:
    own = stage(900)
    own["Resources"]["Free"] = {"Type": "AWS::Lambda::Function", "Properties": {}}
    assert found(own, none={"Resources": {}}) == []


@pytest.fixture
def assembly(tmp_path: Path) -> Callable[..., Path]:
    def written(**documents: Document) -> Path:
        artifacts: dict[str, Any] = {}
        for name, document in documents.items():
            (tmp_path / f"{name}.template.json").write_text(json.dumps(document), encoding="utf-8")
            properties = {"templateFile": f"{name}.template.json"}
            artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties}
        (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), encoding="utf-8")
        return tmp_path

    return written


def test_a_file_of_an_assembly_has_its_stage_and_the_others_beside_it(assembly: Callable[..., Path]) -> None:
    marks: list[dict[str, str]] = [{"System": "realtime"}, {"System": "realtime", "Stage": "prod"}]
    folder = assembly(a=stage(1, **marks[0]), b=stage(2, **marks[1]), account=stage(3, System="account"))
    near = beside(folder / "a.template.json")
    assert [file.name for file in near.stage] == ["a.template.json"]
    assert [file.name for file in near.others] == ["b.template.json", "account.template.json"]
