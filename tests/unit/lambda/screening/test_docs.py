"""docs/screening.md, as far as it is about transactions and validation, says what the function does."""

import importlib
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from screening import items, transaction
from screening.rules import rates
from screening.validation import fields
from screening.validation.records import Arrival

from tests.integration.screening import borders
from tests.integration.screening.contract import WHOLE

there = importlib.import_module("tests.unit.lambda.screening.arriving")
PAGE = (Path(__file__).resolve().parents[4] / "docs/screening.md").read_text(encoding="utf-8")
WHOLE_RULES = ("not-an-object", "card-number", "unknown-field")


def section(title):
    found = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    assert found
    return found


def rows(title, columns):
    found = [row.split(" | ") for row in re.findall(r"^\| (.+) \|$", section(title), re.MULTILINE)]
    assert all(len(row) == columns for row in found)
    return [row for row in found if "---" not in row[0]][1:]


FIELDS = {re.findall("`(.+?)`", name)[0]: (name, what, rules) for name, what, rules in rows("The transaction", 3)}


def test_the_fields_are_those_of_the_function_in_the_order_of_judgement():
    inner = {name: [f"{name}.{one}" for one in within] for name, within in transaction.OBJECTS.items()}
    assert list(FIELDS) == [one for name in transaction.FIELDS for one in [name, *inner.get(name, [])]]
    required = [name for name, (said, _, _) in FIELDS.items() if "(optional)" not in said]
    assert required == [*transaction.REQUIRED, *transaction.REQUIRED_WITHIN]


@pytest.mark.parametrize("name", FIELDS)
def test_a_fields_rules_are_those_that_it_can_break(name):
    # Each of them is broken by a value of test_fields.
    wanted = list(dict.fromkeys(rule for field, _, rule in borders.BROKEN if field == name))
    assert sorted(re.findall("`(.+?)`", FIELDS[name][2])) == sorted(wanted)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("transaction_id", [transaction.TRANSACTION_ID.pattern]),
        *((name, [transaction.PARTY_ID.pattern]) for name in ("merchant_id", "customer_id")),
        ("channel", transaction.CHANNELS),
        ("kyc.status", transaction.KYC_STATUSES),
        ("lawful_basis", transaction.LAWFUL_BASES),
    ],
)
def test_a_fields_texts_are_those_that_it_takes(name, values):
    assert tuple(re.findall("`(.+?)`", FIELDS[name][1])) == tuple(values)


def test_the_limits_are_those_of_the_function():
    earliest = datetime.fromtimestamp(fields.EARLIEST / 1000, UTC).isoformat().replace("+00:00", "Z")
    assert f"from {earliest} to {fields.MOST_AHEAD // 60_000} minutes after" in FIELDS["timestamp"][1]
    for said in (FIELDS["amount"][1], section("Refusals")):
        assert f"{fields.MOST_USD:,} USD" in said
    assert f"for {items.RELEASED_AFTER_SECONDS} s after it decided" in section("What arrives again")


def test_every_rule_is_explained_in_its_order():
    explained = [row[0].strip("`") for row in rows("Refusals", 2)]
    broken = {rule for _, _, rule in borders.BROKEN}
    assert explained[:3] == list(WHOLE_RULES)
    assert explained[-1] == "conflict"
    assert sorted(explained[3:-1]) == sorted(broken)


def test_the_example_is_valid():
    example = json.loads(re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)[0])
    assert set(example) == set(transaction.FIELDS)
    assert isinstance(fields.judge(example, transaction.time_of(there.STARTED), rates()), fields.Valid)


def test_the_outcomes_are_those_of_the_function():
    said = section("What arrives again")
    assert all(f"`{outcome}`" in said for outcome in (items.ACCEPTED, items.DECIDED, items.REJECTED))


def test_the_items_have_the_attributes_that_are_listed():
    arrival = Arrival("txn-0000001", 1, "f" * 64, "e-1", there.STARTED, there.STARTED)
    problem = fields.Problem("amount", "type")
    written = [
        arrival.claim(),
        arrival.screening(WHOLE, Decimal(1), "v"),
        arrival.refused(problem),
        arrival.other(problem),
    ]
    listed = [set(re.findall("`(.+?)`", row[2])) for row in rows("What validation records", 3)]
    assert listed == [item.keys() - {"transaction_id", "timestamp"} for item in written]
