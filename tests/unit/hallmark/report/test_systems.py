"""A report tells of one system; the front page of all, and what none of them has a control for."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hallmark.evidence import Evidence, Proof, ToolFinding
from hallmark.report import front, html, json_report, markdown
from hallmark.report.files import write_front
from hallmark.report.front import Front
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked, Control, Report
from hallmark.report.summary import summary
from hallmark.waivers import Scope, Waiver, Waivers
from infra import systems
from infra.systems import SYSTEMS, System

OTHER = System("other", "OT", "us-east-1", "<files> of merchants")
OTHERS_TEMPLATE = "build/cdk.out/hallmark-other-dev.template.json"


@pytest.fixture(autouse=True)
def _two_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systems, "SYSTEMS", (*SYSTEMS, OTHER))


@pytest.fixture
def good(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> Callable[..., Report]:
    """A report in which all is proved."""

    def make(**changed: Any) -> Report:
        proofs = [evidence(proof(), target="embedded", gate="integration"), evidence(gate="lint")]
        changes = replace(facts, **changed)
        return join(changes, [control("RT_A", Asked("behaviour"))], proofs, Waivers(), expected=())

    return make


def test_what_the_house_says_of_another_system_is_not_told(
    facts: Facts,
    control: Callable[..., Control],
    proof: Callable[..., Proof],
    evidence: Callable[..., Evidence],
    waiver: Callable[..., Waiver],
) -> None:
    lint = ToolFinding("cfn-lint", "W1", "Fn", OTHERS_TEMPLATE, 3, "deprecated", "policies/waivers.yaml:2")
    scope = Scope(type="AWS::Lambda::Function")
    waivers = Waivers(
        (
            waiver(rule="OT_A"),
            waiver(rule="W1", tool="cfn-lint", scope=scope, where="policies/waivers.yaml:2"),
            waiver(rule="W2", tool="cfn-lint", scope=scope, where="policies/waivers.yaml:3"),
            waiver(rule="W3", tool="cfn-lint", scope=replace(scope, system="other"), where="policies/waivers.yaml:4"),
            waiver(
                rule="W4", tool="cfn-lint", scope=replace(scope, system="realtime"), where="policies/waivers.yaml:5"
            ),
        )
    )
    house = evidence(proof(), proof("OT_A", outcome="failed"), gate="unit", outcome="passed", target="embedded")
    gates = [house, evidence(gate="cfn-lint", tool_findings=(lint,))]
    facts = replace(facts, others=frozenset({OTHERS_TEMPLATE}))
    report = join(facts, [control("RT_A", Asked("behaviour"))], gates, waivers, expected=())
    assert (report.outcome, report.problems, report.tool_findings) == ("passed", (), ())
    assert [row.waiver.rule for row in report.waivers] == ["W2", "W4"]


@pytest.mark.parametrize(
    ("requirements", "scope", "without"),
    [(None, "1 control", 0), (1, "1 control of 1 requirement", 0), (41, "1 control of 41 requirements", 40)],
)
def test_how_much_of_the_specification_is_covered(
    good: Callable[..., Report], requirements: int | None, scope: str, without: int
) -> None:
    report = good(requirements=requirements)
    assert (report.scope, report.without_control) == (scope, without)
    assert json.loads(json_report.render(report))["run"]["requirements"] == requirements
    assert scope in markdown.render(report) and scope in html.render(report)
    assert summary(report, Path("report"))[0].startswith(f"realtime: passed; {scope}: 1 proved on the emulator")
    told = "40 requirements of the specification have no control yet; this report does not cover them."
    assert (told in html.render(report)) == bool(without)
    assert html.headline(report).endswith(
        "41 requirements have no control yet." if without else "is proved on the emulator."
    )
    assert ("requirements have no control yet" in markdown.render(report)) == bool(without)


@pytest.fixture
def both(facts: Facts, good: Callable[..., Report], control: Callable[..., Control]) -> Front:
    """One system of which all is proved, and one of which nothing is."""
    unproven = replace(facts, system="other", requirements=41)
    controls = [control("OT_A", Asked("template"))]
    return Front((good(requirements=1), join(unproven, controls, [], Waivers(), expected=("policies",))))


def test_the_front_page_has_a_row_for_each_system(both: Front) -> None:
    page = front.page(both)
    rows = [re.sub(r"\s*<[^>]*>\s*", " ", row).split() for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)[1:3]]
    assert rows[0][0] == "other" and rows[1][0] == "realtime"
    assert "us-east-1" in rows[0] and "eu-central-1" in rows[1]
    assert rows[0][-1] == "failed" and rows[1][-1] == "passed"
    assert "40 without a control" in " ".join(rows[0])
    assert "&lt;files&gt; of merchants" in page and "<files>" not in page
    assert re.findall(r'href="(\w[^"]+)"', page)[1:] == ["other/index.html", "realtime/index.html"]
    assert "<h1>2 systems: failed</h1>" in page
    assert "1 of 2 systems failed: other." in page


def test_every_form_of_the_front_page(both: Front, tmp_path: Path) -> None:
    write_front(both, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["index.html", "summary.json", "summary.md"]
    document = json.loads((tmp_path / "summary.json").read_text())
    assert (document["outcome"], [gate["name"] for gate in document["gates"]]) == ("failed", ["lint"])
    told = [(row["name"], row["outcome"], row["controls"], row["requirements"]) for row in document["systems"]]
    assert told == [("other", "failed", 1, 41), ("realtime", "passed", 1, 1)]
    assert document["systems"][0]["counts"]["unproven"] == 1
    text = (tmp_path / "summary.md").read_text()
    assert (
        "| [other](other/report.md) | us-east-1 | failed | 1 control of 41 requirements | 0 | 1 | 0 | 0 | 0 | 0 | 0 |"
        in text
    )


def test_the_front_page_of_one_system_reads_as_its_report(good: Callable[..., Report]) -> None:
    only = Front((good(),))
    assert (only.title, only.headline) == ("realtime: passed", "1 control is proved on the emulator.")
    assert "<h1>realtime: passed</h1>" in front.page(only)
    proved = "All 2 systems passed. 2 controls are proved on the emulator."
    assert Front((good(), good())).headline == proved
    partly = Front((good(), good(requirements=41)))
    assert partly.headline == f"{proved} 40 requirements have no control yet."
