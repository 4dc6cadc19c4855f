"""Functions may be written in other ways than ours: those pass too."""

from typing import Any

import pytest

from tests.unit.policies.edited import Edited


@pytest.mark.parametrize("memory", [{"Fn::FindInMap": ["Memory", "dev", "mb"]}, {"Fn::If": ["Big", 512, 512]}])
def test_a_value_may_be_written_in_a_roundabout_way(edited: Edited, memory: dict[str, Any]) -> None:
    edited.document["Mappings"] = {"Memory": {"dev": {"mb": 512}}}
    edited.find("AWS::Lambda::Function")["MemorySize"] = memory
    assert edited.findings("RT_FN_MEMORY") == []


def test_a_release_may_take_a_share_of_the_calls(edited: Edited) -> None:
    alias = edited.find("AWS::Lambda::Alias")
    edited.resources["Next"] = {
        "Type": "AWS::Lambda::Version",
        "Properties": {"FunctionName": alias["FunctionName"]},
    }
    version = {"Fn::GetAtt": ["Next", "Version"]}
    alias["RoutingConfig"] = {"AdditionalVersionWeights": [{"FunctionVersion": version, "FunctionWeight": 0.1}]}
    assert edited.findings("RT_FN_PROVISIONED") == []
