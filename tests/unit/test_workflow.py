"""The workflow: least permissions, pinned actions, nothing of a pull request where something may be written."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / ".github" / "workflows" / "ci.yml"
TEXT = FILE.read_text(encoding="utf-8")
# YAML 1.1 reads `on` as a flag.
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
WRITES = {"tox": set(), "code-scanning": {"security-events"}, "comment": {"pull-requests"}}


def steps(*jobs: str) -> Iterator[dict[str, Any]]:
    yield from (step for job in jobs or JOBS for step in JOBS[job]["steps"])


def test_every_action_is_pinned_by_a_commit_and_says_its_version() -> None:
    used = [step["uses"] for step in steps() if "uses" in step]
    assert used
    for name in used:
        assert re.fullmatch(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}", name), name
        assert re.search(rf"{re.escape(name)} # v\d+\.\d+\.\d+$", TEXT, re.MULTILINE), name


def test_a_job_may_write_only_what_it_is_for() -> None:
    assert WORKFLOW["permissions"] == {}
    for name, job in JOBS.items():
        granted = job["permissions"]
        assert set(granted.values()) <= {"read", "write"}, name
        assert {right for right, level in granted.items() if level == "write"} == WRITES[name]
        assert job["timeout-minutes"] <= 60


def test_a_job_that_may_write_runs_no_file_of_the_checkout() -> None:
    for step in steps("code-scanning", "comment"):
        assert not re.search(r"\.ci/|\btox\b|python|npm|pip\b|make\b|\./", step.get("run", "")), step
    assert not any("checkout" in step.get("uses", "") for step in steps("comment"))
    for name in ("code-scanning", "comment"):
        # A fork's token cannot write: the job would fail.
        assert "head.repo.full_name == github.repository" in JOBS[name]["if"]
        assert "!cancelled()" in JOBS[name]["if"]


def test_no_checkout_keeps_the_token() -> None:
    checkouts = [step for step in steps() if "actions/checkout@" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    (gates,) = (step for step in steps("tox") if ".ci/run" in step.get("run", ""))
    assert "env" not in gates


def test_no_script_holds_an_expression() -> None:
    """An expression in a script is code: a branch's name could be a command."""
    for step in steps():
        assert "${{" not in step.get("run", ""), step
    assert "pull_request_target" not in TEXT
    assert "workflow_run" not in TEXT


def test_the_report_is_kept_when_a_gate_failed() -> None:
    (kept,) = (step for step in steps("tox") if "upload-artifact" in step.get("uses", ""))
    (summary,) = (step for step in steps("tox") if ".ci/summary" in step.get("run", ""))
    assert kept["if"] == summary["if"] == "${{ !cancelled() }}"
    assert "build/report" in kept["with"]["path"].split()
    assert "$GITHUB_STEP_SUMMARY" in summary["run"]


def test_it_starts_by_itself_by_hand_and_once_at_a_time() -> None:
    starts = WORKFLOW[True]
    assert set(starts) == {"push", "pull_request", "schedule", "workflow_dispatch"}
    (weekly,) = starts["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", weekly["cron"])
    assert WORKFLOW["concurrency"]["group"]


@pytest.mark.parametrize("script", sorted((ROOT / ".ci").glob("[!v]*")), ids=lambda path: path.name)
def test_a_script_of_ci_stops_at_its_first_failure(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n#")
    assert "\nset -euo pipefail\n" in text


def test_every_script_that_the_workflow_runs_is_there() -> None:
    used = {name for step in steps() for name in re.findall(r"\.ci/\w+", step.get("run", ""))}
    assert used == {".ci/run", ".ci/base", ".ci/against", ".ci/summary"}
    assert all((ROOT / name).is_file() for name in used)
