"""`loadWorkers`: off by default, for dev only, in one line when it is wrong; what is known of the system under load."""

import json
from pathlib import Path

import pytest

from infra.errors import UserError
from infra.load.app import loads
from infra.load.parameters import MOST_WORKERS
from infra.load.target import LoadTarget, load_target
from infra.realtime.outputs import Output
from infra.systems import System, system_of

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def workers():
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]

    def read(**overrides):
        return {(stage.system.name, stage.name): count for stage, _, count in loads([settings, overrides])}

    return read


def test_none_by_default(workers):
    with pytest.raises(UserError, match=r"^no stage is put under load: add -c stage=dev -c loadWorkers=4$"):
        workers()


def test_as_many_as_asked_for_in_dev(workers):
    realtime = ("realtime", "dev")
    assert workers(stage="dev", loadWorkers="4")[realtime] == 4
    assert workers(loadWorkers={"dev": MOST_WORKERS}, system="realtime") == {realtime: MOST_WORKERS}


@pytest.mark.parametrize("overrides", [{"loadWorkers": 1}, {"loadWorkers": 1, "stage": "prod"}])
def test_prod_is_refused(workers, overrides):
    with pytest.raises(UserError, match=r"^parameter loadWorkers: wants 0 in prod, .*: add -c stage=dev, got 1$"):
        workers(**overrides)


@pytest.mark.parametrize("value", [-1, MOST_WORKERS + 1, "many", 1.5, True, None])
def test_a_bad_number_is_refused(workers, value):
    with pytest.raises(UserError, match=r"^parameter loadWorkers: wants a whole number from 0 to 50, got [^\n]*$"):
        workers(stage="dev", loadWorkers=value)


def test_a_system_says_what_the_generators_must_know_of_it():
    assert load_target(system_of("realtime")) == LoadTarget(key_output=Output.API_KEY_ID, archive="transaction")


def test_a_system_without_such_a_file_is_not_put_under_load():
    assert load_target(System("constructs", "", "eu-central-1", "")) is None
