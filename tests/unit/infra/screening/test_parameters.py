"""The parameters of screening: their values, and the one clear line for a bad one."""

import json
from pathlib import Path

import pytest

from infra.errors import UserError
from infra.parameters import keys
from infra.screening.parameters import Parameters
from infra.stage import load

ROOT = Path(__file__).resolve().parents[4]
SYSTEM = "screening"


@pytest.fixture(scope="module")
def settings():
    return json.loads((ROOT / "cdk.json").read_text())["context"]


def test_cdk_json_holds_every_parameter(settings):
    assert set(settings[SYSTEM]) == set(keys(Parameters))


def test_memory_and_concurrency_are_the_customers_in_every_stage(settings):
    found = [stage.parameters for stage in load([settings, {"system": SYSTEM}])]
    reserved = {"validation": 100, "fraud_detection": 100, "compliance_checking": 100}
    assert [(one.memory_mb, dict(one.reserved_concurrency)) for one in found] == [(3072, reserved)] * 2


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("memoryMb", 64),
        ("reservedConcurrency", 0),
        ("availabilityZones", ["us-east-1a"]),
        ("availabilityZones", ["us-east-1a", "us-east-1b", "us-east-1b"]),
        ("availabilityZones", ["us-east-1a", "us-east-1b", "us-west-2c"]),
        ("availabilityZones", ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"]),
        ("availabilityZones", 3),
        ("vpcCidr", "10.40.0.1/20"),
        ("vpcCidr", "10.40.0.0/25"),
        ("vpcCidr", "10.0.0.0/15"),
        ("vpcCidr", "8.8.0.0/20"),
        ("vpcCidr", "10.40.0.0"),
        ("vpcCidr", "ten"),
        ("vpcCidr", 10),
        ("costCenter", ""),
        ("costCenter", "payments\n"),
        ("alertEmail", "nobody"),
        ("alertEmail", None),
    ],
)
def test_a_bad_parameter_is_named_in_one_line(settings, key, value):
    with pytest.raises(UserError, match=rf"^parameter {SYSTEM}\.{key}: wants [^\n]*$"):
        load([settings, {f"{SYSTEM}.{key}": value}])


@pytest.mark.parametrize("zones", [[], ["us-east-1b", "us-east-1d", "us-east-1f"], "us-east-1b,us-east-1d,us-east-1f"])
def test_three_zones_may_be_named_or_none(settings, zones):
    (found,) = load([settings, {"system": [SYSTEM], "stage": ["dev"], f"{SYSTEM}.availabilityZones": zones}])
    assert len(found.parameters.availability_zones) == (3 if zones else 0)


@pytest.mark.control("SC_CONCURRENCY")
def test_no_reservation_may_starve_its_region(settings):
    with pytest.raises(UserError, match=r"^reserved concurrency in us-east-1: .*screening dev 363"):
        load([settings, {f"{SYSTEM}.reservedConcurrency": 121}])
