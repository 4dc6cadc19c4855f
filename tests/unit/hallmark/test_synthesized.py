"""A stage is a list of templates, its main stack's first; what no system has is the house's, by region."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hallmark import synthesized
from hallmark.synthesized import house_templates, templates
from infra import systems
from infra.errors import UserError
from infra.systems import SYSTEMS, System

FAR = System("far_away", "FA", "us-east-1", "another")


@pytest.fixture(autouse=True)
def assembly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Write a template with marks into an assembly of its own, beside those of two systems."""

    def write(stack: str, **marks: str) -> None:
        text = json.dumps({"Metadata": {"Hallmark": marks}, "Resources": {}})
        (tmp_path / f"{stack}.template.json").write_text(text)

    monkeypatch.setattr(systems, "SYSTEMS", (*SYSTEMS, FAR))
    monkeypatch.setattr(synthesized, "NAMES", (*systems.NAMES, FAR.name))
    monkeypatch.setattr(
        synthesized, "template_files", lambda: {path.name: path for path in sorted(tmp_path.glob("*.json"))}
    )
    for stage in ("dev", "prod"):
        for part in ("", "images", "network"):
            write(FAR.stack_name(stage, part), System="far_away", Stage=stage, Region=FAR.region)
        write(f"hallmark-near-{stage}", System=SYSTEMS[0].name, Stage=stage)
    write("hallmark-account", System="account")
    write("hallmark-account-us-east-1", System="account", Region="us-east-1")
    return write


def stacks(found: list[synthesized.Synthesized]) -> list[str]:
    return [template.stack.removeprefix("hallmark-") for template in found]


def test_a_stage_is_all_its_templates_the_main_one_first() -> None:
    assert stacks(templates("far_away", "dev")) == ["far-away-dev", "far-away-images-dev", "far-away-network-dev"]
    both = stacks(templates("far_away"))
    assert both[:2] == ["far-away-dev", "far-away-prod"]
    assert len(both) == 6


def test_a_system_without_a_template_is_one_line() -> None:
    with pytest.raises(UserError, match=r"build/cdk\.out has no template of far_away test: run"):
        templates("far_away", "test")


def test_the_house_is_what_no_system_has_in_a_region() -> None:
    assert stacks(house_templates("eu-central-1")) == ["account"]
    assert sorted(stacks(house_templates("us-east-1"))) == ["account", "account-us-east-1"]
