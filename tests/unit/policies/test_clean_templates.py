"""The synthesized templates have no finding; with every property conditional, nearly every control fails."""

import pytest

from hallmark import policies as judges
from hallmark.project import CLOUD_ASSEMBLY
from hallmark.together import joined
from infra.systems import STAGES, SYSTEMS, System


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_the_clean_templates_have_no_finding(system: System, stage: str) -> None:
    names = system.stack_names(stage)
    whole = joined({name: judges.read(CLOUD_ASSEMBLY / f"{name}.template.json") for name in names})
    verdicts = judges.judge_together(whole, system.name)
    assert [(one["id"], one["findings"]) for one in verdicts if one["verdict"] != "proved"] == []


def test_functions_of_one_condition_fail_everywhere() -> None:
    document = judges.read(CLOUD_ASSEMBLY / "hallmark-realtime-dev.template.json")
    none = {"Ref": "AWS::NoValue"}
    resources = {
        name: {**raw, "Properties": {key: {"Fn::If": ["C", value, none]} for key, value in raw["Properties"].items()}}
        for name, raw in document["Resources"].items()
    }
    verdicts = judges.judge({**document, "Resources": resources}, "realtime")
    # The one branch names the one region, the other none, and that is all that RT_REGION asks.
    assert [one["id"] for one in verdicts if one["verdict"] == "proved"] == ["RT_REGION"]
