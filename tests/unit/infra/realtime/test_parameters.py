"""The parameters of realtime: their bounds, and the one clear line for a bad one."""

import json
from pathlib import Path

import pytest

from infra.errors import UserError
from infra.parameters import keys
from infra.realtime.parameters import Parameters
from infra.stage import load

ROOT = Path(__file__).resolve().parents[4]
KEYS = keys(Parameters)


@pytest.fixture(scope="module")
def settings():
    return json.loads((ROOT / "cdk.json").read_text())["context"]


@pytest.fixture(scope="module")
def parameters(settings):
    """The parameters of each stage under the values given for keys."""

    def read(values=None, **overrides):
        full = {f"realtime.{key}": value for key, value in (values or {}).items()}
        return {stage.name: stage.parameters for stage in load([settings, {"system": "realtime", **full, **overrides}])}

    return read


def test_cdk_json_holds_every_parameter(settings):
    assert set(settings["realtime"]) == set(KEYS)


@pytest.mark.control("RT_FN_MEMORY")
def test_memory_is_a_value_of_the_stage(parameters):
    assert {name: one.memory_mb for name, one in parameters().items()} == {"dev": 512, "prod": 3008}


@pytest.mark.control("RT_FN_RESERVED")
def test_reserved_concurrency_is_overridable_per_function(parameters):
    values = {"defaultReservedConcurrency": "7", "reservedConcurrencyOverrides": '{"notifier": "3"}'}
    reserved = parameters(values, stage="dev")["dev"].reserved_concurrency
    assert reserved == {"ingest_processor": 7, "fraud_detector": 7, "notifier": 3}


def test_texts_of_the_command_line_become_the_right_types(parameters):
    values = {
        "homeCountries": "NL, DE",
        "domesticRegions": '["us-gov-west-1"]',
        "quotaPerDay": "5",
        "velocityThreshold": '{"dev": 4}',
    }
    found = parameters(values)
    assert found["dev"].home_countries == ("NL", "DE")
    assert found["dev"].domestic_regions == ("us-gov-west-1",)
    assert found["dev"].quota_per_day == 5
    assert {name: one.velocity_threshold for name, one in found.items()} == {"dev": 4, "prod": 5}


LARGEST = {
    "memoryMb": 10_240,
    "archiveRetentionDays": 3650,
    "velocityThreshold": 100,
    "velocityWindowSeconds": 86_400,
    "rulesCacheSeconds": 3600,
    "throttleRatePerSecond": 10_000,
    "throttleBurst": 5000,
    "quotaPerDay": 864_000_000,
}


@pytest.mark.parametrize(("key", "largest"), LARGEST.items())
def test_the_largest_number_is_accepted_and_one_more_is_not(parameters, key, largest):
    assert parameters({key: largest})
    with pytest.raises(UserError, match=rf"parameter realtime\.{key}: wants a whole number from \d+ to {largest}, got"):
        parameters({key: largest + 1})


BAD = [
    ("memoryMb", 64),
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
    ("homeCountries", "NL,NL"),
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


@pytest.mark.parametrize(("key", "value"), BAD)
def test_a_bad_parameter_is_named_in_one_line(parameters, key, value):
    with pytest.raises(UserError) as refusal:
        parameters({key: value})
    message = str(refusal.value)
    assert message.startswith(f"parameter realtime.{key}")
    assert "\n" not in message


@pytest.mark.parametrize("key", KEYS)
def test_a_missing_parameter_is_refused(settings, key):
    rest = {name: value for name, value in settings["realtime"].items() if name != key}
    with pytest.raises(UserError, match=rf"parameter realtime\.{key}: wants a value in cdk.json"):
        load([{**settings, "realtime": rest}])


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
def test_a_schema_that_the_api_cannot_use_is_refused(settings, parameters, tmp_path, change, complaint):
    schema = json.loads((ROOT / settings["realtime"]["requestSchemaFile"]).read_text())
    file = tmp_path / "request.schema.json"
    file.write_text(json.dumps({**schema, **change}))
    with pytest.raises(UserError, match=complaint):
        parameters({"requestSchemaFile": str(file)})
