"""Parameters: their layers, their types, and the one clear line for a bad one."""

import json
from pathlib import Path

import pytest

from infra.context import layers
from infra.errors import UserError
from infra.stage import PARAMETERS, load

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def settings():
    return json.loads((ROOT / "cdk.json").read_text())["context"]


def loaded(settings, *overrides):
    return {config.stage: config for config in load([settings, *overrides])}


def test_cdk_json_holds_every_parameter(settings):
    assert set(settings) == set(PARAMETERS)


def test_both_stages_by_default_and_one_when_asked(settings):
    assert list(loaded(settings)) == ["dev", "prod"]
    assert list(loaded(settings, {"stage": "dev"})) == ["dev"]
    assert list(loaded(settings, {"stage": "prod,dev"})) == ["dev", "prod"]


def test_every_system_by_default_and_one_when_asked(settings):
    assert {config.systems for config in loaded(settings).values()} == {("realtime", "load")}
    assert {config.systems for config in loaded(settings, {"system": "load"}).values()} == {("load",)}
    with pytest.raises(UserError, match=r"^parameter system: wants realtime or load, got 'batch'$"):
        loaded(settings, {"system": "batch"})


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        pytest.param("memory_mb", {"dev": 512, "prod": 3008}, marks=pytest.mark.control("RT_FN_MEMORY")),
        pytest.param("removal", {"dev": "DESTROY", "prod": "RETAIN"}, marks=pytest.mark.control("RT_ENV_SEPARATION")),
    ],
)
def test_a_stage_is_values(settings, value, wanted):
    assert {stage: getattr(config, value) for stage, config in loaded(settings).items()} == wanted


@pytest.mark.control("RT_FN_RESERVED")
def test_reserved_concurrency_is_overridable_per_function(settings):
    overrides = {"defaultReservedConcurrency": "7", "reservedConcurrencyOverrides": '{"notifier": "3"}'}
    configs = loaded(settings, {**overrides, "stage": "dev"})
    assert configs["dev"].reserved_concurrency == {"ingest_processor": 7, "fraud_detector": 7, "notifier": 3}


def test_a_plain_value_replaces_the_synthesized_stages_only(settings):
    assert {c.velocity_threshold for c in loaded(settings, {"velocityThreshold": "9"}).values()} == {9}
    # prod still reserves its 600 of the 900 that both may have
    assert loaded(settings, {"stage": "dev", "defaultReservedConcurrency": "100"})
    with pytest.raises(UserError, match="at most 900 together"):
        loaded(settings, {"stage": "dev", "defaultReservedConcurrency": "101"})


def test_strings_of_the_command_line_become_the_right_types(settings):
    override = {
        "homeCountries": "NL, DE",
        "domesticRegions": '["us-gov-west-1"]',
        "quotaPerDay": "5",
        "velocityThreshold": '{"dev": 4}',
    }
    configs = loaded(settings, override)
    assert configs["dev"].home_countries == ("NL", "DE")
    assert configs["dev"].domestic_regions == ("us-gov-west-1",)
    assert configs["dev"].quota_per_day == 5
    assert {stage: config.velocity_threshold for stage, config in configs.items()} == {"dev": 4, "prod": 5}


def test_the_command_line_is_stronger_than_the_environment_and_that_than_the_file():
    environ = {"CDK_CONTEXT_JSON": json.dumps({"velocityThreshold": 8, "quotaPerDay": 9})}
    argv = ["-c", "velocityThreshold=7", "--context", "stage=dev"]
    (config,) = load(layers(ROOT / "cdk.json", environ, argv))
    assert (config.velocity_threshold, config.quota_per_day, config.velocity_window_seconds) == (7, 9, 60)


def test_the_cdks_own_context_is_left_alone(settings):
    assert loaded(settings, {"aws:cdk:enable-path-metadata": True, "@aws-cdk/core:x": True, "cli-telemetry": False})


LARGEST = {
    "archiveRetentionDays": 3650,
    "velocityThreshold": 100,
    "velocityWindowSeconds": 86_400,
    "rulesCacheSeconds": 3600,
    "throttleRatePerSecond": 10_000,
    "throttleBurst": 5000,
    "quotaPerDay": 864_000_000,
}


@pytest.mark.parametrize(("parameter", "largest"), LARGEST.items())
def test_the_largest_number_is_accepted_and_one_more_is_not(settings, parameter, largest):
    assert loaded(settings, {parameter: largest})
    with pytest.raises(UserError, match=f"parameter {parameter}: wants a whole number from [12] to {largest}, got"):
        loaded(settings, {parameter: largest + 1})


BAD = [
    ("stage", "staging"),
    ("stage", ""),
    ("stage", []),
    ("defaultReservedConcurrency", -1),
    ("defaultReservedConcurrency", "many"),
    ("defaultReservedConcurrency", True),
    ("defaultReservedConcurrency", 1.5),
    ("defaultReservedConcurrency", {"dev": 1, "staging": 2}),
    ("reservedConcurrencyOverrides", {"ingest": 5}),
    ("reservedConcurrencyOverrides", "{"),
    ("reservedConcurrencyOverrides", {"notifier": -5}),
    ("provisionedConcurrencyCritical", -1),
    ("provisionedConcurrencyCritical", {"prod": 201}),
    ("archiveRetentionDays", 0),
    ("archiveRetentionDays", "999999999"),
    ("velocityThreshold", 1),
    ("velocityWindowSeconds", 0),
    ("velocityWindowSeconds", {"prod": 99_999_999}),
    ("rulesCacheSeconds", 0),
    ("homeCountries", []),
    ("homeCountries", ""),
    ("homeCountries", "NL,Germany"),
    ("homeCountries", [1]),
    ("domesticRegions", []),
    ("domesticRegions", "us-east-1,eu-central-1"),
    ("apiKeyName", ""),
    ("usagePlanName", ""),
    ("usagePlanName", "Two Words"),
    ("throttleRatePerSecond", 0),
    ("throttleBurst", -1),
    ("quotaPerDay", 0),
    ("requestSchemaFile", "infra/none.json"),
    ("requestSchemaFile", "infra/app.py"),
    ("requestSchemaFile", "cdk.json"),
]


@pytest.mark.parametrize(("parameter", "value"), BAD)
def test_a_bad_parameter_is_named_in_one_line(settings, parameter, value):
    with pytest.raises(UserError) as refusal:
        loaded(settings, {parameter: value})
    message = str(refusal.value)
    assert message.startswith(f"parameter {parameter}")
    assert "\n" not in message


@pytest.mark.parametrize("parameter", [name for name in PARAMETERS if name != "stage"])
def test_a_missing_parameter_is_refused(settings, parameter):
    rest = {key: value for key, value in settings.items() if key != parameter}
    with pytest.raises(UserError, match=f"parameter {parameter}: wants a value in cdk.json"):
        loaded(rest)


@pytest.mark.control("RT_FN_RESERVED")
def test_dev_and_prod_together_leave_the_account_its_100(settings):
    with pytest.raises(UserError, match="at most 900 together, got 1020"):
        loaded(settings, {"reservedConcurrencyOverrides": {"dev": {"ingest_processor": 260}}})


def test_a_misspelt_parameter_is_refused_with_the_right_one(settings):
    with pytest.raises(UserError, match="velocityTreshold: is not known, did you mean velocityThreshold"):
        loaded(settings, {"velocityTreshold": 3})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"type": "array"}, "type object"),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema"}, "draft-04"),
        ({"properties": {}}, "wants properties"),
        ({"properties": {"ts": {"type": "string"}}, "required": []}, "description"),
        ({"properties": {"ts": {"type": "string", "description": "costs $1"}}, "required": []}, "dollar"),
        ({"required": ["cvv"]}, "not among its properties"),
    ],
)
def test_a_schema_that_the_api_cannot_use_is_refused(settings, tmp_path, change, complaint):
    schema = json.loads((ROOT / settings["requestSchemaFile"]).read_text())
    file = tmp_path / "request.schema.json"
    file.write_text(json.dumps({**schema, **change}))
    with pytest.raises(UserError, match=complaint):
        loaded(settings, {"requestSchemaFile": str(file)})
