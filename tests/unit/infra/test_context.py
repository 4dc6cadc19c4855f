"""Where parameters come from: their layers, their spellings, and what all systems and stages share."""

import json
from pathlib import Path

import pytest

from infra.context import layers
from infra.errors import UserError
from infra.limits import RESERVABLE_CONCURRENCY
from infra.stage import load
from infra.systems import NAMES, REGIONS, SYSTEMS, System, system_of

ROOT = Path(__file__).resolve().parents[3]
REALTIME = system_of("realtime")
# Another system with the same parameters, in the same region.
TWIN = System("realtime", "TW", REALTIME.region, "its twin")


@pytest.fixture(scope="module")
def settings():
    return json.loads((ROOT / "cdk.json").read_text())["context"]


def loaded(settings, *overrides):
    found = load([settings, {"system": "realtime"}, *overrides])
    return {stage.name: stage for stage in found}


def test_all_systems_and_both_stages_by_default_and_one_when_asked(settings):
    assert {stage.system.name for stage in load([settings])} == set(NAMES)
    assert list(loaded(settings)) == ["dev", "prod"]
    assert list(loaded(settings, {"stage": "dev"})) == ["dev"]
    assert list(loaded(settings, {"stage": "prod,dev"})) == ["dev", "prod"]


@pytest.mark.parametrize("key", ["stage", "system"])
@pytest.mark.parametrize("value", ["batch", "", []])
def test_an_unknown_stage_or_system_is_refused(settings, key, value):
    with pytest.raises(UserError, match=f"^parameter {key}: wants [^\n]*, got "):
        load([settings, {key: value}])


@pytest.mark.control("RT_ENV_SEPARATION")
def test_only_dev_destroys_its_data(settings):
    assert {name: stage.removal for name, stage in loaded(settings).items()} == {"dev": "DESTROY", "prod": "RETAIN"}


@pytest.mark.parametrize(
    "override",
    [
        {"realtime.velocityThreshold": "9"},
        {"realtime": {"velocityThreshold": 9}},
        {"realtime": '{"velocityThreshold": {"dev": 9, "prod": 9}}'},
        # What was written out is stronger, in whichever order the CDK hands both over.
        {"realtime.velocityThreshold": 9, "realtime": {"velocityThreshold": 4}},
    ],
)
def test_a_parameter_is_written_with_a_dot_or_in_its_systems_object(settings, override):
    found = loaded(settings, override)
    assert {stage.parameters.velocity_threshold for stage in found.values()} == {9}
    assert {stage.parameters.velocity_window_seconds for stage in found.values()} == {60}


def test_a_plain_value_replaces_the_synthesized_stages_only(settings):
    # prod still reserves its 600 of the 900 that both may have
    assert loaded(settings, {"stage": "dev", "realtime.defaultReservedConcurrency": "100"})
    with pytest.raises(UserError, match="at most 900 together"):
        loaded(settings, {"stage": "dev", "realtime.defaultReservedConcurrency": "101"})


def test_the_command_line_is_stronger_than_the_environment_and_that_than_the_file(settings):
    # The CDK's command line hands over cdk.json's context and its own `-c` in one object.
    context = {**settings, "realtime.velocityThreshold": "8", "realtime.quotaPerDay": "9"}
    argv = ["-c", "realtime.velocityThreshold=7", "--context", "stage=dev", "-c", "system=realtime"]
    (stage,) = load(layers(ROOT / "cdk.json", {"CDK_CONTEXT_JSON": json.dumps(context)}, argv))
    found = stage.parameters
    assert (found.velocity_threshold, found.quota_per_day, found.velocity_window_seconds) == (7, 9, 60)


def test_the_cdks_own_context_is_left_alone(settings):
    assert loaded(settings, {"aws:cdk:enable-path-metadata": True, "@aws-cdk/core:x": True, "cli-telemetry": False})


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        ("realtime.velocityTreshold", "unknown, did you mean realtime.velocityThreshold?"),
        ("velocityTreshold", "unknown, did you mean realtime.velocityThreshold?"),
        ("loadWorker", "unknown, did you mean loadWorkers?"),
        ("velocityThreshold", "belongs to a system, write realtime.velocityThreshold"),
        ("realtim.velocityThreshold", "unknown, did you mean realtime.velocityThreshold?"),
        ("nonsense", "unknown"),
        ("realtime.nonsense", "unknown"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(settings, key, complaint):
    with pytest.raises(UserError) as refusal:
        loaded(settings, {key: 3})
    assert str(refusal.value) == f"parameter {key}: {complaint}"


def test_a_parameter_without_a_name_is_refused(settings):
    with pytest.raises(UserError, match=r"^a parameter without a name: write -c key=value$"):
        loaded(settings, {"": 3})


def test_a_system_is_an_object_of_parameters(settings):
    with pytest.raises(UserError, match=r"^parameter realtime: wants an object of the system's parameters, got 3$"):
        loaded(settings, {"realtime": 3})


@pytest.mark.control("RT_FN_RESERVED")
def test_dev_and_prod_together_leave_the_account_its_100(settings):
    with pytest.raises(UserError) as refusal:
        loaded(settings, {"realtime.reservedConcurrencyOverrides": {"dev": {"ingest_processor": 260}}})
    assert str(refusal.value) == (
        "reserved concurrency in eu-central-1: wants at most 900 together, "
        "got 1020 (realtime dev 420, realtime prod 600): lower a reservation in cdk.json"
    )


@pytest.mark.parametrize("region", REGIONS)
def test_all_stages_of_all_systems_of_a_region_fit_into_it_together(settings, region, monkeypatch):
    own = [system for system in SYSTEMS if system.region == region]
    names = [system.name for system in own]
    reserved = [sum(one.parameters.reserved_concurrency.values()) for one in load([settings]) if one.system in own]
    assert 0 < sum(reserved) <= RESERVABLE_CONCURRENCY
    monkeypatch.setattr("infra.stage.RESERVABLE_CONCURRENCY", sum(reserved) - 1)
    with pytest.raises(UserError, match=rf"^reserved concurrency in {region}: .*, got {sum(reserved)} "):
        load([{name: settings[name] for name in (*names, "loadWorkers")}], own)


def test_concurrency_is_shared_by_the_systems_of_a_region_and_by_no_others(settings):
    own = {name: settings[name] for name in ("realtime", "loadWorkers")}
    with pytest.raises(UserError, match="got 1680"):
        load([own], [REALTIME, TWIN])
    assert load([own], [REALTIME, System("realtime", "TW", "us-east-1", "its twin elsewhere")])


def test_a_bad_number_of_load_workers_is_refused_with_the_stacks_of_any_system(settings):
    with pytest.raises(UserError, match=r"^parameter loadWorkers: wants a whole number from 0 to 50, got 'x'$"):
        load([settings, {"loadWorkers": "x"}])
