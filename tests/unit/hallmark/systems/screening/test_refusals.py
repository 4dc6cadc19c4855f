"""The plain reading: each rule of a refusal by hand, what the generator makes for it, and their order."""

import ast
from pathlib import Path
from typing import Any

import pytest

import hallmark.systems.screening.plain as package
from hallmark.systems.screening.mix.refused import KINDS
from hallmark.systems.screening.plain.content import hash_of, id_of, identity_of
from hallmark.systems.screening.plain.reading import Refusal, refusal
from hallmark.systems.screening.plain.tables import tables
from tests.unit.hallmark.systems.screening.drawn import NOW, at, valid

PARTY = {"name_present": True, "address_present": False}


def judged(value: Any) -> tuple[str, str] | None:
    """Return field and rule of a refusal."""
    found: Refusal | None = refusal(value, NOW, tables().rates)
    return (found.field, found.rule) if found else None


@pytest.mark.parametrize(
    "values",
    [
        *({"amount": amount} for amount in (0.01, 1, 1_000_000, 1e3)),
        *({"amount": 1, "currency": code} for code in ("JPY", "KWD", "EUR")),
        *({"timestamp": time} for time in (at(300), "2000-01-01T00:00:00Z", "2026-11-20t10:00:00.1234567z")),
        {"timestamp": "2026-11-20T15:30:00+05:30"},
        {"transaction_id": "a" * 64, "merchant_id": "abc", "customer_id": "c" * 64},
        {"customer_country": "UA", "region": "UA-43", "channel": "transfer"},
        {"kyc": {"status": "failed"}, "originator": PARTY, "beneficiary": {}, "lawful_basis": "consent"},
    ],
)
def test_valid_transactions(values: dict[str, Any]) -> None:
    assert judged(valid(**values)) is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"amount": 0}, ("amount", "amount-positive")),
        ({"amount": 1.001}, ("amount", "amount-decimals")),
        ({"amount": 1_000_000.01}, ("amount", "amount-limit")),
        ({"amount": "1"}, ("amount", "type")),
        ({"amount": True}, ("amount", "type")),
        ({"amount": 0.5, "currency": "JPY"}, ("amount", "amount-decimals")),
        ({"amount": 0.5, "currency": "ZZZ"}, ("currency", "currency")),
        ({"currency": "CHE"}, ("currency", "no-rate")),
        ({"timestamp": at(300.001)}, ("timestamp", "timestamp-range")),
        ({"timestamp": "1999-12-31T23:59:59.999Z"}, ("timestamp", "timestamp-range")),
        ({"timestamp": "2026-11-20T10:00:00"}, ("timestamp", "format")),
        ({"transaction_id": "a" * 65}, ("transaction_id", "format")),
        ({"merchant_country": "UK"}, ("merchant_country", "country")),
        ({"region": "UA-43"}, ("region", "region-country")),
        ({"customer_country": "UA", "region": "UA-99"}, ("region", "region")),
        ({"kyc": {}}, ("kyc.status", "required")),
        ({"kyc": {"status": "verified", "by": 1}}, ("kyc.by", "unknown-field")),
        ({"beneficiary": {"name_present": 1}}, ("beneficiary.name_present", "type")),
        ({"note": "x"}, ("note", "unknown-field")),
        ({"card2026x": 1}, ("(unknown)", "unknown-field")),
        ({"note": "4111 1111 1111 1111"}, ("note", "card-number")),
        # The order: card numbers, unknown fields, then the fields in theirs.
        ({"transaction_id": "x", "note": "4111111111111111"}, ("note", "card-number")),
        ({"transaction_id": "x", "note": "x"}, ("note", "unknown-field")),
        ({"amount": -1, "timestamp": "x"}, ("timestamp", "format")),
        ({"customer_country": "XX", "amount": -1}, ("amount", "amount-positive")),
    ],
)
def test_refused_transactions(values: dict[str, Any], expected: tuple[str, str]) -> None:
    assert judged(valid(**values)) == expected


@pytest.mark.parametrize("name", sorted(valid().keys() - {"kyc"}))
def test_required_fields(name: str) -> None:
    assert judged(valid(**{name: None})) == (name, "required")


@pytest.mark.parametrize(
    ("rule", "place"), [(rule, place) for rule, makes in KINDS.items() for place in range(len(makes))]
)
def test_what_is_made_to_break_a_rule_breaks_it(rule: str, place: int) -> None:
    found = judged(KINDS[rule][place](valid()))
    assert found and found[1] == rule


@pytest.mark.parametrize(
    "same",
    [
        {"amount": 12.50},
        {"timestamp": "2026-11-20T15:30:00+05:30"},
        {"timestamp": "2026-11-20t10:00:00z"},
        dict(reversed(valid().items())),
    ],
)
def test_spellings_of_one_content(same: dict[str, Any]) -> None:
    assert hash_of({**valid(), **same}) == hash_of(valid())


@pytest.mark.parametrize("other", [{"amount": 12.51}, {"timestamp": at(0.001)}, {"channel": "card"}, {"kyc": None}])
def test_other_contents(other: dict[str, Any]) -> None:
    assert hash_of(valid(**other)) != hash_of(valid())


def test_card_data_is_not_hashed_and_identifies_nothing() -> None:
    assert hash_of(valid(note="4111111111111111")) is None
    assert hash_of(valid(cvv="1")) is None
    assert id_of(valid(transaction_id="4111111111111111")) is None


@pytest.mark.parametrize(
    "values", [{"transaction_id": "x"}, {"timestamp": None}, {"timestamp": "now"}, {"timestamp": at(301)}]
)
def test_what_is_ill_formed_has_no_identity(values: dict[str, Any]) -> None:
    assert identity_of(valid(**values), NOW) is None
    assert identity_of(valid(), NOW) is not None


def test_the_second_reading_shares_no_code_with_the_functions() -> None:
    for file in Path(package.__path__[0]).parent.rglob("*.py"):
        tree = ast.parse(file.read_text())
        imported = {one.module or "" for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
        assert not {name for name in imported if name.split(".")[0] in ("screening", "shared_python", "lambda")}, file
