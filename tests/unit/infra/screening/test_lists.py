"""Rules files that would end their functions at the start, or name what does not exist, are not built."""

import shutil
from pathlib import Path

import pytest

from infra.errors import UserError
from infra.paths import ROOT
from infra.screening.lists import refuse_unreadable

BROKEN = [
    ("compliance", 'verdict = "REVIEW"', 'verdict = "REVIW"', "us-structuring.verdict: wants one of"),
    ("compliance", "countries = [", "country = [", "ofac-embargoed.countries: wants a list of texts"),
    ("compliance", 'rule = "kyc"', 'rule = "kycs"', "lists want each rule once"),
    ("compliance", '"CU", "IR"', '"CUB", "IR"', "codes that no transaction has: CUB"),
    ("compliance", 'IR = "BLOCK"', 'ir = "BLOCK"', "codes that no transaction has: ir"),
    ("compliance", '"UA-43"', '"Crimea"', "codes that no transaction has: Crimea"),
    ("fraud", "weight = 30", 'weight = "30"', "high-amount.weight: wants a whole number"),
    ("rates", 'USD = "1"', 'USD = "one"', "usd-rates.rates.USD: wants an amount above 0"),
    ("rates", 'USD = "1"', 'USDX = "1"', "codes that no transaction has: USDX"),
]


@pytest.mark.parametrize(("file", "before", "after", "why"), BROKEN)
def test_what_the_functions_cannot_use_is_refused_in_one_line(
    tmp_path: Path, file: str, before: str, after: str, why: str
) -> None:
    for part in ("screening", "shared_python"):
        shutil.copytree(ROOT / "lambda" / part, tmp_path / "lambda" / part)
    rules = tmp_path / f"lambda/screening/rules/{file}.toml"
    whole = rules.read_text("utf-8")
    assert before in whole
    rules.write_text(whole.replace(before, after, 1), "utf-8")
    with pytest.raises(UserError, match=why) as refused:
        refuse_unreadable(tmp_path)
    assert str(refused.value).startswith("lambda/screening/rules: ") and "\n" not in str(refused.value)


def test_those_of_this_checkout_are_read() -> None:
    refuse_unreadable()
