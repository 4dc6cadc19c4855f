"""The rules files: what they have to say, and that whatever a function cannot read is refused at once."""

import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from screening import rules
from screening.compliance_checking.rules import ComplianceRules
from screening.fraud_detection.rules import FraudRules
from screening.rules import RulesInvalid, rates, read
from screening.transaction import LAWFUL_BASES
from shared_python.iso_codes import COUNTRIES, MINOR_UNITS

from infra.paths import ROOT

# Units of account, of funds or of indices, in which nobody pays.
NOT_IN_USE = {"BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW", "XAD"}
PAGE = (ROOT / "docs" / "screening_rules.md").read_text(encoding="utf-8")
READERS: dict[str, Any] = {
    "fraud": lambda folder: FraudRules.of(read("fraud", folder)),
    "compliance": lambda folder: ComplianceRules.of(read("compliance", folder)),
    "rates": rates,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the rules files."""
    return Path(shutil.copytree(rules.FOLDER, tmp_path / "rules"))


def test_every_currency_in_use_has_a_rate_and_no_other_code() -> None:
    assert set(rates().dollars) == set(MINOR_UNITS) - NOT_IN_USE
    assert rates().usd(Decimal("12.50"), "USD") == Decimal("12.5")
    assert rates().usd(Decimal("3"), "EUR") == 3 * rates().dollars["EUR"]


def test_countries_and_bases_of_the_lists_are_codes_that_a_transaction_can_have() -> None:
    lists = read("compliance").lists
    named = [code for one in lists.values() for code in one.values.get("countries", [])]
    named += lists["fatf-call-for-action"].values["verdicts"]
    assert set(named) <= COUNTRIES
    assert lists["gdpr-countries"].texts("bases") == LAWFUL_BASES
    for one in lists.values():
        codes = one.values.get("countries", [])
        assert len(codes) == len(set(codes))


WRONG = [
    ("fraud", 'version = "2026-11-30"\n\n', "", "fraud.toml.version: wants a text"),
    ("fraud", "[[list]]", "[[lists]]", "fraud.toml.list: wants lists"),
    ("fraud", 'id = "fraud-score"', 'id = "score"', "there is no list fraud-score"),
    ("fraud", "effective = 2026-11-30", 'effective = "2026-11-30"', "effective: wants a date"),
    ("fraud", "effective = 2026-11-30", "effective = 2026-11-30T00:00:00Z", "effective: wants a date without a time"),
    ("fraud", "weight = 30", "weight = -1", "high-amount.weight: wants at least 0"),
    ("fraud", "weight = 30", "weight = 30.5", "high-amount.weight: wants a whole number"),
    ("fraud", "weight = 30", "weight = true", "high-amount.weight: wants a whole number"),
    ("fraud", 'above = "10000"', "above = 10000", "high-amount.above: wants a text"),
    ("fraud", 'above = "10000"', 'above = "ten"', "high-amount.above: wants an amount above 0"),
    ("fraud", 'below = "1"', 'below = "NaN"', "micro-amount.below: wants an amount above 0"),
    ("fraud", "micro-amount]", "tiny-amount]", "indicators: wants high-amount"),
    ("fraud", "prefixes = [", "prefixes = [1, ", "prefixes: wants a list of texts"),
    ("fraud", '["TEST", "TEMP"]', '[""]', "prefixes: wants a list of texts"),
    ("fraud", "MEDIUM = 25", "MEDIUM = 55", "levels: wants rising scores from 0 on"),
    ("fraud", "LOW = 0", "LOW = 1", "levels: wants rising scores from 0 on"),
    ("fraud", "seconds = 60\n", "seconds = 0\n", "rapid-repeat.seconds: wants at least 1"),
    ("compliance", 'rule = "kyc"', 'rule = "kys"', "lists want each rule once"),
    ("compliance", 'rule = "gdpr"', 'rule = "kyc"', "lists want each rule once"),
    ("compliance", 'id = "us-structuring"', 'id = "us-travel-rule"', "us-travel-rule: is there twice"),
    ("compliance", 'verdict = "REPORT"', 'verdict = "PASS"', "verdict: wants one of BLOCK, REVIEW, REPORT"),
    ("compliance", 'MM = "REVIEW"', 'MM = "WATCH"', "verdicts.MM: wants one of BLOCK, REVIEW, REPORT"),
    ("compliance", 'id = "decision-bounds"', 'id = "bounds"', "there is no list decision-bounds"),
    ("compliance", "alertFrom = 50", "alertFrom = 0", "alertFrom: wants at least 1"),
    ("rates", 'EUR = "1.157"', 'EUR = "0"', "rates.EUR: wants an amount above 0"),
    ("rates", 'EUR = "1.157"', 'EUR = "1.1234567890123"', "rates.EUR: wants an amount above 0, of 12 digits"),
    ("rates", 'EUR = "1.157"', "EUR = 1.157", "rates.EUR: wants a text"),
]


@pytest.mark.parametrize(("file", "text", "instead", "message"), WRONG)
def test_what_a_function_cannot_read_is_refused(folder: Path, file: str, text: str, instead: str, message: str) -> None:
    READERS[file](folder)
    path = folder / f"{file}.toml"
    said = path.read_text(encoding="utf-8")
    assert text in said
    path.write_text(said.replace(text, instead, 1), encoding="utf-8")
    with pytest.raises(RulesInvalid, match=re.escape(message)):
        READERS[file](folder)


def _rows(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading of the page, without its head."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:3] == "| `"]


def test_the_page_has_every_weight_and_every_verdict() -> None:
    indicators = FraudRules.of(read("fraud")).indicators
    assert [(row[0].strip("`"), row[1]) for row in _rows("Risk")] == [
        (code, str(weight)) for code, (weight, _) in indicators.items()
    ]
    said: dict[str, set[str]] = {}
    for row in _rows("Compliance"):
        said.setdefault(row[0].strip("`"), set()).update(re.findall("BLOCK|REVIEW|REPORT", row[1]))
    listed = {one.values["rule"]: one.values for one in read("compliance").lists.values() if "rule" in one.values}
    possible = {
        rule: {one for name in ("verdict", "failed") if (one := values.get(name))}
        | {*values.get("verdicts", {}).values()}
        for rule, values in listed.items()
    }
    assert said == possible
