"""`loadWorkers`: off by default, for dev only, in one line when it is wrong."""

import json
from pathlib import Path

import pytest

from infra.errors import UserError
from infra.stage import MOST_LOAD_WORKERS, load

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def workers():
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]

    def read(**overrides):
        return {config.stage: config.load_workers for config in load([settings, overrides])}

    return read


def test_none_by_default(workers):
    assert workers() == {"dev": 0, "prod": 0}


def test_as_many_as_asked_for_in_dev(workers):
    assert workers(stage="dev", loadWorkers="4") == {"dev": 4}
    assert workers(loadWorkers={"dev": MOST_LOAD_WORKERS}) == {"dev": MOST_LOAD_WORKERS, "prod": 0}


@pytest.mark.parametrize("overrides", [{"loadWorkers": 1}, {"loadWorkers": 1, "stage": "prod"}])
def test_prod_is_refused(workers, overrides):
    with pytest.raises(UserError, match=r"^parameter loadWorkers: wants 0 in prod, .*: add -c stage=dev, got 1$"):
        workers(**overrides)


@pytest.mark.parametrize("value", [-1, MOST_LOAD_WORKERS + 1, "many", 1.5, True, None])
def test_a_bad_number_is_refused(workers, value):
    with pytest.raises(UserError, match=r"^parameter loadWorkers: wants a whole number from 0 to 50, got [^\n]*$"):
        workers(stage="dev", loadWorkers=value)
