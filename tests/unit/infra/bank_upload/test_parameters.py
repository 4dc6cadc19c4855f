"""The parameters of bank_upload: their values, and the one clear line for a bad one."""

import json
from pathlib import Path

import pytest

from infra.bank_upload.parameters import LEAST_BANKS, MOST_BANKS, Parameters
from infra.errors import UserError
from infra.parameters import keys
from infra.stage import load

ROOT = Path(__file__).resolve().parents[4]
SYSTEM = "bank_upload"


@pytest.fixture(scope="module")
def settings():
    return json.loads((ROOT / "cdk.json").read_text())["context"]


def test_cdk_json_holds_every_parameter(settings):
    assert set(settings[SYSTEM]) == set(keys(Parameters))


def test_memory_concurrency_and_quota_are_the_customers_in_every_stage(settings):
    found = [stage.parameters for stage in load([settings, {"system": SYSTEM}])]
    reserved = {"validation": 20, "transformation": 20, "notification": 20}
    assert [(one.memory_mb, dict(one.reserved_concurrency), one.quota_per_day) for one in found] == [
        (512, reserved, 1000)
    ] * 2
    # 10,000 uploads a day.
    assert all(len(one.banks) * one.quota_per_day >= 10_000 for one in found)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("banks", "alpine-savings"),
        ("banks", [f"bank-{number}" for number in range(LEAST_BANKS - 1)]),
        ("banks", [f"bank-{number}" for number in range(MOST_BANKS + 1)]),
        ("banks", ["bank-1"] * LEAST_BANKS),
        ("banks", [*(f"bank-{number}" for number in range(LEAST_BANKS)), "Bank"]),
        ("banks", [*(f"bank-{number}" for number in range(LEAST_BANKS)), "1-bank"]),
        ("banks", [*(f"bank-{number}" for number in range(LEAST_BANKS)), "ab"]),
        ("banks", [*(f"bank-{number}" for number in range(LEAST_BANKS)), "a#b"]),
        ("reservedConcurrency", 0),
        ("memoryMb", 64),
        ("maxFileBytes", 0),
        ("maxFileBytes", 4_500_001),
        ("maxRows", 0),
        ("maxRows", 40_001),
        ("quotaPerDay", 1_001),
        ("costCenter", ""),
        ("costCenter", 42),
        ("costCenter", "x" * 65),
        ("costCenter", "payments\n"),
        ("usagePlanName", "Daily"),
    ],
)
def test_a_bad_parameter_is_named_in_one_line(settings, key, value):
    with pytest.raises(UserError, match=rf"^parameter {SYSTEM}\.{key}: wants [^\n]*$"):
        load([settings, {f"{SYSTEM}.{key}": value}])


def test_no_reservation_may_starve_its_region(settings):
    with pytest.raises(UserError, match=r"^reserved concurrency in us-east-1: .*bank_upload dev 453"):
        load([settings, {f"{SYSTEM}.reservedConcurrency": 151}])
