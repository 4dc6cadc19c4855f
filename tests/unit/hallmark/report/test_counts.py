"""All forms of a report have the same counts, and say the same of the state of the tree."""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallmark.evidence import Evidence, Finding, Proof, ToolFinding
from hallmark.report import front, html, json_report, junit, markdown, sarif
from hallmark.report.front import Front
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked, Control, Report
from hallmark.report.standing import LABELS
from hallmark.report.summary import summary
from hallmark.report.tally import tally
from hallmark.waivers import Scope, Waiver, Waivers

FILE = "build/cdk.out/hallmark-realtime-dev.template.json"
SHAPES = st.lists(
    st.tuples(
        st.sampled_from(["passed", "none", "needs-aws"]),
        st.integers(0, 4),
        st.integers(0, 4),
        st.booleans(),
    ),
    max_size=5,
)
Make = Callable[..., Any]


@pytest.fixture
def made(facts: Facts, control: Make, proof: Make, evidence: Make, waiver: Make) -> Callable[..., Report]:
    """Call it with a shape for each control, and the numbers of tools' findings that are open and that are waived."""

    def make(shapes: list[tuple[str, int, int, bool]], tools: tuple[int, int], commit: str = "a" * 40) -> Report:
        controls: list[Control] = []
        proofs: list[Proof] = []
        for number, (kind, opened, waived, twice) in enumerate(shapes):
            name = f"RT_C{number}"
            needs = "An account tells." if kind == "needs-aws" else None
            controls.append(
                control(name, Asked("template"), *([Asked("behaviour", needs)] if kind != "passed" else []))
            )
            places = [Finding(f"Open{n}", f"Path[{n}]", "nothing", "all") for n in range(opened)]
            places += [Finding(f"Waived{n}", "Path", "nothing", "all") for n in range(waived)]
            outcome = "failed" if places else "passed"
            for stage in ("dev", "prod") if twice or not places else ("dev",):
                proofs.append(proof(name, stage=stage, outcome=outcome, findings=tuple(places)))
        waivers: list[Waiver] = [
            waiver(rule=item.id, scope=Scope(resource="Waived*"), where=f"policies/waivers.yaml:{9 + number}")
            for number, item in enumerate(controls)
        ]
        accepted = waiver(rule="W1", tool="cfn-lint", scope=Scope(resource="Fn"), where="policies/waivers.yaml:2")
        found = [
            ToolFinding("cfn-lint", "W1", "Fn", FILE, 3, "old", accepted.where if n < tools[1] else None)
            for n in range(sum(tools))
        ]
        lint: Evidence = evidence(gate="cfn-lint", tool_findings=tuple(found))
        return join(replace(facts, commit=commit), controls, [evidence(*proofs), lint], Waivers((*waivers, accepted)))

    return make


def of_markdown(text: str) -> Counter[str]:
    headings = re.findall(r"^## (.+) \((\d+)\)$", text, re.MULTILINE)
    return Counter({title: int(number) for title, number in headings})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SHAPES, st.tuples(st.integers(0, 25), st.integers(0, 3)))
def test_every_form_has_the_same_counts(
    made: Callable[..., Report], shapes: list[tuple[str, int, int, bool]], tools: tuple[int, int]
) -> None:
    report = made(shapes, tools)
    counts = tally(report)
    stages = [2 if twice else 1 for _, opened, waived, twice in shapes]
    assert counts["controls"] == len(shapes)
    assert counts["findings_open"] == sum(n * opened for n, (_, opened, _, _) in zip(stages, shapes, strict=True))
    assert counts["findings_waived"] == sum(n * waived for n, (_, _, waived, _) in zip(stages, shapes, strict=True))
    assert (counts["tool_findings_open"], counts["tool_findings_waived"]) == tools
    of_controls = sum(row.uses for row in report.waivers if row.waiver.tool == "control")
    assert (of_controls, sum(row.uses for row in report.waivers) - of_controls) == (
        counts["findings_waived"],
        counts["tool_findings_waived"],
    )
    _json(report, counts)
    _junit(report, counts)
    _sarif(report, counts)
    _texts(report, counts)


def _json(report: Report, counts: dict[str, int]) -> None:
    document = json.loads(json_report.render(report))
    assert document["tally"] == counts
    assert len(document["controls"]) == counts["controls"]
    assert sum(len(item["findings"]) for item in document["controls"]) == (
        counts["findings_open"] + counts["findings_waived"]
    )
    assert len(document["waivers"]) == counts["waivers_of_controls"] + counts["waivers_of_tools"]
    (system,) = json.loads(front.summary_json(Front((report,))))["systems"]
    assert system["tally"] == counts


def _junit(report: Report, counts: dict[str, int]) -> None:
    controls, run = ElementTree.fromstring(junit.render(report))
    told = {str(item.get("name")): str(item.get("value")) for item in controls.iter("property")}
    assert {name: int(told[f"tally.{name}"]) for name in counts} == counts
    for suite in (controls, run):
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(name) == str(sum(1 for case in cases if case.find(kind) is not None))
    assert controls.get("tests") == str(counts["controls"])
    assert controls.get("failures") == str(counts["failed"] + counts["unproven"])
    broken = any(suite.get(kind) != "0" for suite in (controls, run) for kind in ("failures", "errors"))
    assert broken == (report.outcome == "failed")


def _sarif(report: Report, counts: dict[str, int]) -> None:
    (run,) = json.loads(sarif.render(report))["runs"]
    assert run["properties"]["tally"] == counts
    ours = {item.control.id for item in report.controls}
    found: Counter[tuple[bool, bool]] = Counter()
    for result in run["results"]:
        if result["ruleId"] not in ours or "logicalLocations" in result["locations"][0]:
            found[(result["ruleId"] in ours, "suppressions" in result)] += 1
    assert found == Counter(
        {
            (True, False): counts["findings_open"],
            (True, True): counts["findings_waived"],
            (False, False): counts["tool_findings_open"],
            (False, True): counts["tool_findings_waived"],
        }
    )


def _texts(report: Report, counts: dict[str, int]) -> None:
    text, page, lines = markdown.render(report), html.render(report), summary(report, Path("report"))
    for of, prefix in (("controls", ""), ("tools", "tool_")):
        told = f"{counts[f'{prefix}findings_open']} open, {counts[f'{prefix}findings_waived']} waived"
        assert f"- findings of {of}: {told}" in text
        assert any(line.startswith(f"  findings of {of}: {told}") for line in lines)
        assert f"<dt>Findings of {of}</dt><dd>{told}" in page
    headings = of_markdown(text)
    for verdict, label in LABELS.items():
        number = report.counts.get(verdict)
        if number is not None and verdict != "proved":
            assert headings[label] == number
            assert f"<dt>{label}</dt><dd>{number}</dd>" in page
    assert headings["Waivers"] == len(report.waivers)
    assert f"<dt>Waivers of tools</dt><dd>{counts['waivers_of_tools']}</dd>" in page
    assert page.count('<details class="control"') == counts["controls"]
    assert lines[0].startswith(f"realtime: {report.outcome}; {report.scope}")


def test_every_form_says_that_there_are_uncommitted_changes(made: Callable[..., Report]) -> None:
    for commit, dirty in (("c" * 40, False), (f"{'c' * 40} dirty:{'9' * 64}", True)):
        report = made([("passed", 1, 0, False)], (0, 0), commit)
        every = Front((report,))
        (run,) = json.loads(sarif.render(report))["runs"]
        properties = {
            item.get("name"): item.get("value")
            for item in ElementTree.fromstring(junit.render(report)).iter("property")
        }
        assert json.loads(json_report.render(report))["run"]["uncommitted"] is dirty
        assert json.loads(front.summary_json(every))["uncommitted"] is dirty
        assert run["properties"]["uncommittedChanges"] is dirty
        assert properties["uncommitted"] == str(dirty).lower()
        texts = [html.render(report), markdown.render(report), "\n".join(summary(report, Path("report")))]
        texts += [front.page(every), front.summary_markdown(every)]
        assert ["with uncommitted changes" in text for text in texts] == [dirty] * len(texts)


def test_a_tree_without_git_is_said(made: Callable[..., Report]) -> None:
    report = made([], (0, 0), "unknown")
    texts = (html.render(report), markdown.render(report), "\n".join(summary(report, Path("report"))))
    assert all("unknown: this is no checkout of git" in text for text in texts)
