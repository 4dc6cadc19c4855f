"""The key of the client over its quota is the run's own: it is not there before, and not afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hallmark.load import generator
from hallmark.load.abuse_key import over_quota_key
from hallmark.load.generator import Settings, generate
from hallmark.stage.deployed import DeployedStage
from hallmark.systems.realtime.api import api_id


def _made(stage: DeployedStage) -> Iterator[str]:
    gateway = stage.client("apigateway")
    for kind in (gateway.get_api_keys, gateway.get_usage_plans):
        yield from (item["name"] for item in kind()["items"] if "over-quota" in item["name"])


def test_a_key_is_removed_with_its_plan_and_made_once(stage: DeployedStage) -> None:
    with over_quota_key(stage, api_id(stage)) as killed, over_quota_key(stage, api_id(stage)) as value:
        assert value != killed
        assert list(_made(stage)) == ["realtime-load-over-quota-dev"] * 2
    assert list(_made(stage)) == []


def test_an_interrupted_run_leaves_no_key(
    stage: DeployedStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generator, "RUNS", tmp_path)

    def interrupt(_: object) -> None:
        if len(list(_made(stage))) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(stage, "abuse", Settings(), interrupt)
    assert list(_made(stage)) == []
