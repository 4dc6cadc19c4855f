"""Every finding and every pass has one row, with what is known of it, and no cell is a formula."""

import csv
from collections.abc import Callable
from dataclasses import replace
from io import StringIO

import pytest

from hallmark.export.findings_csv import COLUMNS, defused, render
from hallmark.export.resources import Resources
from hallmark.export.rows import Row, rows
from hallmark.report.model import Report


def lines(made: list[Row]) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(render(made), newline="")))


def test_each_result_has_its_rows(made: list[Row]) -> None:
    found = {(row.control, row.stage, row.resource, row.kind, row.result) for row in made}
    assert found == {
        *(("RT_PROVED", stage, name, "template", "passed") for stage in ("dev", "prod") for name in ("RuleB", "RuleC")),
        ("RT_PROVED", "dev", "RuleB", "observed", "passed"),
        ("RT_FAILED", "dev", "RuleA", "template", "failed"),
        *(("RT_FAILED", "dev", name, "template", "passed") for name in ("RuleB", "RuleC")),
        # Nobody judged the other stage.
        ("RT_WAIVED", "prod", "RuleA", "template", "waived"),
        ("RT_WAIVED", "", "", "template", "unproven"),
        ("RT_UNPROVEN", "", "", "behaviour", "unproven"),
        ("RT_DEPLOY", "", "", "behaviour", "needs AWS"),
        ("W2531", "dev", "RuleA", "", "waived"),
        ("", "dev", "Thing", "", "note"),
    }
    assert len(found) == len(made)


def test_a_row_says_place_name_evidence_and_time(made: list[Row]) -> None:
    (row,) = [one for one in lines(made) if one["control"] == "RT_PROVED" and one["proof"] == "observed"]
    assert row["system"] == "realtime"
    assert (row["resource"], row["physical name"], row["type"]) == ("RuleB", "rule-RuleB", "AWS::Events::Rule")
    assert (row["policy"], row["gates"], row["target"]) == ("events/target_retry", "observed", "aws")
    assert row["evidence"].endswith("hallmark-realtime-dev.template.json")
    assert (row["SHA-256"], row["time"]) == ("f" * 64, "2026-11-21T11:00:00Z")


def test_the_same_judgement_of_two_gates_is_one_row(made: list[Row]) -> None:
    (row,) = [
        one for one in lines(made) if (one["control"], one["stage"], one["resource"]) == ("RT_PROVED", "prod", "RuleB")
    ]
    assert row["gates"] == "checkov policies"


def test_a_waived_row_has_its_waiver(made: list[Row]) -> None:
    row = next(one for one in lines(made) if one["control"] == "RT_WAIVED" and one["result"] == "waived")
    waiver = [row[f"waiver's {name}"] for name in ("reason", "owner", "expiry")]
    assert waiver == ["The <specification> forbids it", "platform engineering", "2027-01-31"]
    assert row["message"] == "found nothing; wanted a retry policy"


def test_what_is_missing_says_what_to_run(made: list[Row]) -> None:
    row = next(one for one in made if one.result == "needs AWS")
    assert row.message == "An emulator takes what AWS refuses."
    assert "HALLMARK_TARGET=aws" in row.fix


def test_a_test_without_resources_has_a_row(everything: Report, resources_of: Callable[[Report], Resources]) -> None:
    found = [
        row for row in rows(everything, resources_of(everything)) if row.kind == "behaviour" and row.result == "passed"
    ]
    assert [row.evidence for row in found] == [f"tests/a.py::test_{number}" for number in range(3)]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_formula_is_defused(begin: str) -> None:
    assert defused(f"{begin}1") == f"'{begin}1"
    assert defused(f"1{begin}") == f"1{begin}"


def test_no_cell_of_an_export_is_a_formula(made: list[Row]) -> None:
    found = lines([replace(made[0], message='@x,"\r\n=1', path="=1+1", fix="-1"), *made])
    assert found[0]["message"] == "'@x,\"\r\n=1"
    assert not [cell for line in found for cell in line.values() if cell[:1] in "=+-@" and cell]
    assert list(found[0]) == [*COLUMNS]
