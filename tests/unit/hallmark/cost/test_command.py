"""`hallmark cost`: what it prints, and the one line when there is nothing to count on."""

import dataclasses
import json

import pytest
from typer.testing import CliRunner

from hallmark import evidence
from hallmark.cli import app
from hallmark.evidence import Evidence
from infra.errors import UserError


@pytest.fixture
def run_file(tmp_path, result):
    def write(**changes):
        record = Evidence("load", "passed", 1.0, "2026-11-21T12:00:00Z", "0" * 40, {})
        return evidence.write(dataclasses.replace(record, **changes), tmp_path)

    return lambda **changes: write(load=result(), **changes)


@pytest.fixture
def cost():
    def run(*words):
        answer = CliRunner().invoke(app, ["cost", *map(str, words)])
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        return answer

    return run


def test_json_says_dollars_services_and_what_dominates(run_file, cost):
    found = json.loads(cost("--run", run_file(), "--events-per-day", 1000, "--json").stdout)
    dominant = max(found["services"], key=found["services"].get)
    assert found["dominant"]["service"] == dominant
    assert found["usdPerMillion"] == pytest.approx(sum(line["usd"] for line in found["lines"]))
    assert found["usdDay"] == pytest.approx(found["usdPerMillion"] / 1000)
    assert {line["basis"] for line in found["lines"]} == {"counted", "timed here", "derived", "assumed"}
    assert all(line["price"]["source"].startswith("https://aws.amazon.com/") for line in found["lines"])


def test_prod_settings_make_another_bill(run_file, cost):
    stages = {
        stage: json.loads(cost("--run", run_file(), "--stage", stage, "--json").stdout) for stage in ("dev", "prod")
    }
    assert "provisioned" not in json.dumps(stages["dev"]["fixedMonth"])
    assert "realtime-ingest_processor-prod, provisioned" in json.dumps(stages["prod"]["fixedMonth"])


def test_the_table_names_the_total_and_the_notes(run_file, cost):
    text = cost("--run", run_file()).stdout
    assert "timed here" in text
    assert "dominates: " in text
    assert "no free tier" in text
    assert "█" in text


def test_no_run_is_one_line_with_the_command_that_makes_one(tmp_path, cost):
    with pytest.raises(UserError, match=r"there is no load run in .*: make one: `hallmark up`, then `python -m hall"):
        cost("--run", tmp_path / "load.json")


def test_another_gates_evidence_is_refused(tmp_path, cost):
    path = evidence.write(Evidence("unit", "passed", 1.0, "2026-11-21T12:00:00Z", "0" * 40, {}), tmp_path)
    with pytest.raises(UserError, match="is the evidence of another gate"):
        cost("--run", path)


@pytest.mark.parametrize("word", ["ingest_processor", "ingest_processor=fast", "=5"])
def test_a_bad_duration_is_refused(run_file, cost, word):
    with pytest.raises(UserError, match="wants FUNCTION=MILLISECONDS"):
        cost("--run", run_file(), "--duration-ms", word)
