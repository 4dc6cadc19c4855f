"""The parameters of merchant_upload: their values, and the one clear line for a bad one."""

import json
from pathlib import Path

import pytest

from infra.errors import UserError
from infra.merchant_upload.parameters import MOST_MERCHANTS, Parameters
from infra.parameters import keys
from infra.stage import load

ROOT = Path(__file__).resolve().parents[4]
SYSTEM = "merchant_upload"


@pytest.fixture(scope="module")
def settings():
    return json.loads((ROOT / "cdk.json").read_text())["context"]


def test_cdk_json_holds_every_parameter(settings):
    assert set(settings[SYSTEM]) == set(keys(Parameters))


def test_memory_and_concurrency_are_the_customers_in_every_stage(settings):
    found = [stage.parameters for stage in load([settings, {"system": SYSTEM}])]
    assert [(one.memory_mb, dict(one.reserved_concurrency)) for one in found] == [(512, {"api_handler": 10})] * 2


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("merchants", "corner-shop"),
        ("merchants", "corner-shop,corner-shop"),
        ("merchants", "corner-shop,Garden"),
        ("merchants", "corner-shop,a#b"),
        ("merchants", [f"shop-{number}" for number in range(MOST_MERCHANTS + 1)]),
        ("reservedConcurrency", 0),
        ("memoryMb", 64),
    ],
)
def test_a_bad_parameter_is_named_in_one_line(settings, key, value):
    with pytest.raises(UserError, match=rf"^parameter {SYSTEM}\.{key}: wants [^\n]*$"):
        load([settings, {f"{SYSTEM}.{key}": value}])


def test_no_reservation_may_starve_its_region(settings):
    with pytest.raises(UserError, match=r"^reserved concurrency in us-east-1: .*, got 902 .*merchant_upload dev 451"):
        load([settings, {f"{SYSTEM}.reservedConcurrency": 451}])
