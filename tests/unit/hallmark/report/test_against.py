"""What a change made worse or better: verdicts, findings by their identity, gates, waivers, load; nothing else."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from hallmark.evidence import ToolFinding
from hallmark.report import files, json_report
from hallmark.report.against.base import read
from hallmark.report.against.changes import changes
from hallmark.report.against.command import against
from hallmark.report.against.document import parse
from hallmark.report.against.load_changes import load_changes
from hallmark.report.against.markdown import MOST_CHARACTERS, code, render
from hallmark.report.against.rows import Change
from hallmark.report.model import Report
from hallmark.sources import Sources
from infra.errors import UserError


def data_of(report: Report) -> dict[str, Any]:
    return dict(json.loads(json_report.render(report)))


def told(before: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    found = changes(parse(before, "base"), parse(now, "now"))
    return [(change.sense, change.kind, change.name, change.what) for change in found]


@pytest.fixture
def data(everything: Report) -> dict[str, Any]:
    return data_of(everything)


def control(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for item in data["controls"] if item["id"] == name)


def copy(data: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(json.dumps(data)))


def test_a_report_beside_itself_has_no_change(data: dict[str, Any]) -> None:
    assert told(data, data) == []


def test_lines_that_moved_are_no_change(everything: Report, data: dict[str, Any]) -> None:
    moved = Sources({"hallmark-realtime-dev": {"RuleA": ["infra/realtime/routing.py:99"]}})
    assert told(data, data_of(replace(everything, sources=moved))) == []


@pytest.mark.parametrize(
    ("old", "new", "sense", "what"),
    [
        (("proved", "template"), ("failed", None), "worse", "proved by template -> failed"),
        (("proved", "aws"), ("waived", None), "worse", "proved on AWS -> waived"),
        (("unproven", None), ("failed", None), "worse", "unproven -> failed"),
        (("failed", None), ("unproven", None), "better", "failed -> unproven"),
        (("failed", None), ("proved", "emulator"), "better", "failed -> proved on the emulator"),
        (("proved", "emulator"), ("proved", "aws"), "changed", "proved on the emulator -> proved on AWS"),
    ],
)
def test_a_verdict_that_changed(
    data: dict[str, Any], old: tuple[str, str], new: tuple[str, str], sense: str, what: str
) -> None:
    before, now = copy(data), copy(data)
    for document, (verdict, ground) in ((before, old), (now, new)):
        control(document, "RT_PROVED").update(verdict=verdict, proved_on=ground)
    assert told(before, now) == [(sense, "control", "RT_PROVED", what)]


def test_a_control_that_is_gone_is_worse_and_a_proved_new_one_is_not(data: dict[str, Any]) -> None:
    fewer = copy(data)
    fewer["controls"] = [item for item in fewer["controls"] if item["id"] != "RT_PROVED"]
    assert told(data, fewer) == [("worse", "control", "RT_PROVED", "gone, was proved on the emulator")]
    assert told(fewer, data) == [("changed", "control", "RT_PROVED", "new, proved on the emulator")]


def test_findings_are_compared_by_their_identity(data: dict[str, Any]) -> None:
    now = copy(data)
    finding = control(now, "RT_FAILED")["findings"][0]
    finding.update(fingerprint="other", resource="RuleB")
    assert told(data, now) == [("worse", "finding", "RT_FAILED", "new"), ("better", "finding", "RT_FAILED", "gone")]


def test_a_finding_whose_waiver_ended_is_worse(data: dict[str, Any]) -> None:
    now = copy(data)
    control(now, "RT_WAIVED")["findings"][0]["waived_by"] = None
    assert told(data, now) == [("worse", "finding", "RT_WAIVED", "no longer waived")]
    assert told(now, data) == [("changed", "finding", "RT_WAIVED", "now waived")]


def test_a_gate_that_did_not_judge_improves_nothing(everything: Report, data: dict[str, Any]) -> None:
    lint = ToolFinding("cfn-lint", "E1", "Fn", "build/cdk.out/hallmark-realtime-dev.template.json", 3, "wrong")
    before = data_of(replace(everything, tool_findings=(*everything.tool_findings, lint)))
    assert told(before, data) == [("better", "finding", "E1", "gone")]
    silent = copy(data)
    next(gate for gate in silent["gates"] if gate["name"] == "cfn-lint")["outcome"] = "refused"
    assert told(before, silent) == [("worse", "gate", "cfn-lint", "passed -> refused")]
    # The other way round nobody knows whether it is new.
    assert [row[0] for row in told(silent, before)] == ["better", "changed"]


def test_problems_faults_and_gates(data: dict[str, Any]) -> None:
    now = copy(data)
    now["run"]["problems"] = ["23 faults were not tried"]
    fault = {"id": "worker-killed", "fault": "a killed worker", "outcome": "passed"}
    before = {**copy(data), "faults": [fault]}
    now["faults"] = [{**fault, "outcome": "failed"}]
    now["gates"] = [gate for gate in now["gates"] if gate["name"] != "mutants"]
    assert told(before, now) == [
        ("worse", "problem", "", "new"),
        ("worse", "fault", "worker-killed", "passed -> failed"),
        ("changed", "gate", "mutants", "gone, was passed"),
    ]


def test_waivers_that_are_new_extended_and_expired(data: dict[str, Any]) -> None:
    now = copy(data)
    first, second = now["waivers"]
    first["expires"] = "2027-12-31"
    second["days_left"] = -1
    now["waivers"].append({**first, "rule": "W1", "expires": "2027-02-01"})
    assert told(data, now) == [
        ("worse", "waiver", second["rule"], f"expired on {second['expires']}"),
        ("changed", "waiver", first["rule"], "until 2027-01-31 -> until 2027-12-31"),
        ("changed", "waiver", "W1", "new, until 2027-02-01"),
    ]


def run(p99: float, seconds: int = 30, machine: str = "m", floor: float = 2.0) -> dict[str, Any]:
    series = [{"second": n, "count": 100, "p50": 5.0, "p99": p99 + n % 3 / 10, "max": 40.0} for n in range(seconds)]
    common = {"scenario": "steady", "target": "embedded", "stage": "dev", "rate": 116.0}
    return {**common, "machine": machine, "series": series, "floor": {"p99": floor}}


@pytest.mark.parametrize(
    ("before", "now", "wanted"),
    [
        (run(17.0), run(17.2), []),
        (run(17.0), run(18.0), []),
        (run(17.0), run(27.0), [("worse", "p99 of a second 17.1 ms -> 27.1 ms")]),
        (run(27.0), run(17.0), [("better", "p99 of a second 27.1 ms -> 17.1 ms")]),
        # A function that does nothing was slower, too: the machine.
        (run(17.0), run(27.0, floor=14.0), []),
        (run(17.0), run(27.0, machine="n"), [("changed", "cannot tell: on m, then on n")]),
        (run(17.0), run(27.0, seconds=5), [("changed", "cannot tell: a run has less than 10 seconds")]),
        (run(17.0), {**run(17.0), "rate": 50.0}, [("changed", "cannot tell: at 116/s, then at 50/s")]),
    ],
)
def test_load_is_worse_only_beyond_noise(
    data: dict[str, Any], before: dict[str, Any], now: dict[str, Any], wanted: list[tuple[str, str]]
) -> None:
    loads = [parse({**data, "load": [load]}, "x").load for load in (before, now)]
    assert [(change.sense, change.what) for change in load_changes(*loads)] == wanted


HOSTILE = "x`]( javascript:1) @everyone #1 <img src=x> ![a](http://b) | **b**\n# heading\u202e\x1b[31m ``` end"


def test_no_text_of_a_run_is_markdown() -> None:
    row = Change("worse", "finding", HOSTILE, "new", HOSTILE, HOSTILE)
    text = render({"realtime": [row]}, "a" * 40, HOSTILE)
    (line,) = (line for line in text.splitlines() if line.startswith("- "))
    outside = re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", line)
    assert outside == "- finding  , : "
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", text)
    assert "\n# heading" not in text


@pytest.mark.parametrize(("text", "wanted"), [("", "`-`"), ("a", "`a`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```")])
def test_code_is_fenced_by_more_than_it_holds(text: str, wanted: str) -> None:
    assert code(text) == wanted


def test_a_comment_fits_github() -> None:
    rows = [Change("worse", "finding", "RT_A", "new", f"{number} " + "d" * 380) for number in range(5000)]
    text = render(dict.fromkeys("abcd", rows), "a" * 40, "b" * 40)
    assert len(text) <= MOST_CHARACTERS + 100
    assert text.endswith("build/report has it.\n")
    assert text.count("`") % 2 == 0


def against_of(everything: Report, base: Path, folder: Path) -> int:
    return against(read(base), {"realtime": everything}, ["realtime"], folder)


def test_nothing_changed_is_one_line_and_no_failure(
    everything: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files.write(everything, tmp_path / "base" / "realtime")
    assert against_of(everything, tmp_path / "base", tmp_path / "now") == 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert printed.startswith("Nothing changed: 1 system ")
    assert (tmp_path / "now" / "against.md").read_text() == printed


def test_worse_fails_and_better_does_not(
    everything: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = replace(everything, controls=tuple(one for one in everything.controls if one.control.id != "RT_FAILED"))
    files.write(good, tmp_path / "good" / "realtime")
    files.write(everything, tmp_path / "bad" / "realtime")
    assert against_of(everything, tmp_path / "good", tmp_path / "now") == 1
    assert "- control `RT_FAILED` `new, failed`" in capsys.readouterr().out
    better = replace(everything, tool_findings=())
    assert against_of(better, tmp_path / "bad", tmp_path / "now") == 0


def test_a_base_is_a_folder_a_file_or_a_bundle(everything: Report, tmp_path: Path) -> None:
    files.write(everything, tmp_path / "a" / "build" / "report" / "realtime")
    file = tmp_path / "a" / "build" / "report" / "realtime" / "report.json"
    with ZipFile(tmp_path / "b.zip", "w") as bundle:
        bundle.write(file, "report/realtime/report.json")
        bundle.writestr("manifest.json", "{}")
    for base in (tmp_path / "a", tmp_path / "a" / "build" / "report", file.parent, file, tmp_path / "b.zip"):
        assert list(read(base)) == ["realtime"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("{}", "is no report.json"),
        ("[]", "is no report.json"),
        ('{"run": {}, "controls": []}', "an older format"),
        ('{"run": {}, "controls": [], "format": "hallmark-report/9"}', "hallmark-report/9"),
        ('{"run": {}, "controls": [], "format": "hallmark-report/1"}', "is no report.json, at "),
    ],
)
def test_what_is_no_base_is_refused_in_one_line(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "report.json"
    file.write_text(text)
    with pytest.raises(UserError, match=re.escape(why)) as refused:
        read(file)
    assert "\n" not in str(refused.value)


def test_a_missing_or_empty_base_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK")
    for base, why in (("no", "does not exist"), (".", "has no report.json"), ("broken.zip", "cannot be read")):
        with pytest.raises(UserError, match=why):
            read(tmp_path / base)
