"""The parameters of merchant_upload: their values, and the one clear line for a bad one."""

import json
from pathlib import Path

import pytest

from infra.errors import UserError
from infra.merchant_upload.parameters import MOST_MERCHANTS, Parameters
from infra.parameters import keys
from infra.stage import load, refuse_placeholders

ROOT = Path(__file__).resolve().parents[4]
SYSTEM = "merchant_upload"


@pytest.fixture(scope="module")
def settings():
    return json.loads((ROOT / "cdk.json").read_text())["context"]


def test_cdk_json_holds_every_parameter(settings):
    assert set(settings[SYSTEM]) == set(keys(Parameters))


def test_memory_and_concurrency_are_the_customers_in_every_stage(settings):
    found = [stage.parameters for stage in load([settings, {"system": SYSTEM}])]
    assert [(one.memory_mb, dict(one.reserved_concurrency)) for one in found] == [
        (512, {"api_handler": 10, "validation": 10, "anomaly_detection": 10})
    ] * 2


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
        ("maxRows", 0),
        ("maxRows", 50_001),
        ("alertEmail", ""),
        ("alertEmail", ["a@bank.com"]),
        ("alertEmail", "compliance"),
        ("alertEmail", "compliance@bank"),
        ("alertEmail", "compliance@@bank.com"),
        ("alertEmail", "a@bank.com,b@bank.com"),
        ("alertEmail", "a@bank.com\n"),
        ("alertEmail", f"a@{'b' * 250}.com"),
    ],
)
def test_a_bad_parameter_is_named_in_one_line(settings, key, value):
    with pytest.raises(UserError, match=rf"^parameter {SYSTEM}\.{key}: wants [^\n]*$"):
        load([settings, {f"{SYSTEM}.{key}": value}])


def test_no_reservation_may_starve_its_region(settings):
    with pytest.raises(UserError, match=r"^reserved concurrency in us-east-1: .*merchant_upload dev 453"):
        load([settings, {f"{SYSTEM}.reservedConcurrency": 151}])


@pytest.mark.parametrize(
    "address",
    ["compliance@example.com", "a@mail.EXAMPLE.org", "a@example.net", "a@bank.example", "a@bank.test", "a@x.invalid"],
)
@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_an_address_that_nobody_has_is_no_address_of_alerts(settings, stage, address):
    layers = [settings, {f"{SYSTEM}.alertEmail": address}]
    with pytest.raises(
        UserError, match=rf"^parameter {SYSTEM}\.alertEmail: wants [^\n]* placeholder, got '{address}'$"
    ):
        refuse_placeholders(layers, SYSTEM, stage)


@pytest.mark.parametrize("address", ["compliance@bank.com", "a@examples.com", "a.b+c@test.bank.eu", "a@notexample.com"])
def test_an_address_of_ones_own_is_accepted(settings, address):
    refuse_placeholders([settings, {f"{SYSTEM}.alertEmail": address}], SYSTEM, "prod")


def test_a_stage_is_judged_by_its_own_address(settings):
    layers = [settings, {f"{SYSTEM}.alertEmail": {"dev": "a@example.com", "prod": "a@bank.com"}}]
    refuse_placeholders(layers, SYSTEM, "prod")
    with pytest.raises(UserError, match="placeholder"):
        refuse_placeholders(layers, SYSTEM, "dev")
