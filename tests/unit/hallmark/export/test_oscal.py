"""Documents of OSCAL pass trestle's validation, say each verdict truly, and never change by themselves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hallmark.evidence import Evidence, Proof
from hallmark.export.command import FORMS, of_system
from hallmark.export.frameworks.lists import frameworks
from hallmark.export.oscal import writing
from hallmark.export.oscal.component import component_definition, control_id
from hallmark.export.oscal.results import assessment_results
from hallmark.export.resources import Resources
from hallmark.report.join import Facts, join
from hallmark.report.model import Control, Report
from hallmark.waivers import Waivers
from infra.errors import UserError

Json = dict[str, Any]


@pytest.fixture
def results(whole: Report, resources_of: Callable[[Report], Resources]) -> Json:
    return assessment_results(whole, resources_of(whole))


def finding(results: Json, control: str) -> Json:
    (found,) = [one for one in results["results"][0]["findings"] if one["target"]["target-id"] == f"{control}_smt"]
    return dict(found)


def facts_of(thing: Json) -> dict[str, str]:
    return {one["name"]: one["value"] for one in thing["props"]}


def test_trestle_takes_both(whole: Report, results: Json) -> None:
    assert writing.rendered("component-definition", component_definition(whole)).endswith("}\n")
    assert writing.rendered("assessment-results", results).endswith("}\n")


def test_trestle_takes_a_report_of_nothing(facts: Facts) -> None:
    empty = join(facts, [], [], Waivers())
    writing.rendered("component-definition", component_definition(empty))
    writing.rendered("assessment-results", assessment_results(empty, Resources(empty, {})))


def test_the_same_result_twice_is_one_observation(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> None:
    twice = join(facts, [control()], [evidence(*[proof(fidelity="native")] * 2, gate="integration")], Waivers())
    found = assessment_results(twice, Resources(twice, {}))
    writing.rendered("assessment-results", found)
    assert len(found["results"][0]["observations"]) == 1


@pytest.mark.parametrize("change", [{"uuid": "x"}, {"metadata": {"title": ""}}, {"unknown": 1}])
def test_what_trestle_refuses_is_one_line(whole: Report, change: Json) -> None:
    with pytest.raises(UserError) as refused:
        writing.rendered("component-definition", {**component_definition(whole), **change})
    assert "\n" not in str(refused.value)


def test_trestles_validators_are_asked(whole: Report) -> None:
    document = component_definition(whole)
    document["components"] *= 2
    with pytest.raises(UserError, match="trestle refuses it"):
        writing.rendered("component-definition", document)


@pytest.mark.parametrize(
    ("name", "state", "reason", "said"),
    [
        ("RT_PROVED", "satisfied", "pass", "Proved on AWS"),
        ("RT_FAILED", "not-satisfied", "fail", "Failed"),
        ("RT_UNPROVEN", "not-satisfied", "other", "Unproven"),
        ("RT_DEPLOY", "not-satisfied", "other", "Needs AWS: An emulator takes what AWS refuses."),
    ],
)
def test_verdicts_become_statuses(results: Json, name: str, state: str, reason: str, said: str) -> None:
    status = finding(results, name)["target"]["status"]
    assert (status["state"], status["reason"]) == (state, reason)
    assert status["remarks"].startswith(said)


def test_a_failed_control_and_a_waiver_are_risks(results: Json) -> None:
    risks = {one["uuid"]: one for one in results["results"][0]["risks"]}
    (failed,) = finding(results, "RT_FAILED")["related-risks"]
    assert risks[failed["risk-uuid"]]["status"] == "open"
    (waived,) = finding(results, "RT_WAIVED")["related-risks"]
    risk = risks[waived["risk-uuid"]]
    assert (risk["status"], risk["deadline"]) == ("deviation-approved", "2027-01-31T23:59:59+00:00")
    assert facts_of(risk)["owner"] == "platform engineering"


def test_an_observation_has_method_digest_time_and_resources(results: Json) -> None:
    (one,) = [one for one in results["results"][0]["observations"] if facts_of(one)["proof"] == "observed"]
    assert (one["methods"], one["collected"]) == (["EXAMINE"], "2026-11-21T11:00:00Z")
    (evidence,) = one["relevant-evidence"]
    assert facts_of(evidence)["sha256"] == "f" * 64
    linked = {f"#{r['uuid']}": r for r in results["back-matter"]["resources"]}[evidence["href"]]
    assert linked["rlinks"][0]["hashes"] == [{"algorithm": "SHA-256", "value": "f" * 64}]
    items = {i["uuid"]: i for i in results["results"][0]["local-definitions"]["inventory-items"]}
    named = [items[s["subject-uuid"]]["description"] for s in one["subjects"] if s["type"] == "inventory-item"]
    assert named == ["AWS::Events::Rule RuleB"]


def test_every_reference_has_its_object(results: Json) -> None:
    result = results["results"][0]
    observed = {one["uuid"] for one in result["observations"]}
    gates = {one["uuid"] for one in result["local-definitions"]["assessment-assets"]["components"]}
    assert {o["observation-uuid"] for f in result["findings"] for o in f.get("related-observations", ())} == observed
    assert {a["actor-uuid"] for o in result["observations"] for g in o["origins"] for a in g["actors"]} <= gates


def test_findings_point_at_the_component_definitions_statements(whole: Report, results: Json) -> None:
    own = component_definition(whole)["components"][0]["control-implementations"][0]["implemented-requirements"]
    statements = {one["control-id"]: one["statements"][0]["uuid"] for one in own}
    for control, uuid in statements.items():
        assert finding(results, control)["implementation-statement-uuid"] == uuid


def test_a_requirement_says_its_proofs_and_frameworks(whole: Report) -> None:
    own, pci, nist = component_definition(whole)["components"][0]["control-implementations"]
    (row,) = [one for one in own["implemented-requirements"] if one["control-id"] == "RT_DEPLOY"]
    props = {one["name"]: one for one in row["props"]}
    assert (props["proof"]["value"], props["proof"]["remarks"]) == ("behaviour", "An emulator takes what AWS refuses.")
    assert (props["pci-dss-4-0-1"]["value"], props["nist-sp-800-53-r5"]["value"]) == ("10.2.1", "AU-2")
    assert [one["control-id"] for one in pci["implemented-requirements"]] == ["pci-10.2.1"]
    assert [one["control-id"] for one in nist["implemented-requirements"]] == ["au-2"]
    assert nist["source"].endswith("NIST_SP-800-53_rev5_catalog.json")


def test_an_enhancement_is_written_as_in_nists_catalog() -> None:
    nist = next(one for one in frameworks() if one.catalog)
    assert control_id(nist, "SC-7(5)") == "sc-7.5"


def test_two_exports_of_a_report_are_the_same_bytes(whole: Report, resources_of: Callable[[Report], Resources]) -> None:
    later = replace(whole, run=replace(whole.run, generated="2027-01-01T00:00:00Z"))
    templates = resources_of(whole).templates
    first, second = of_system(whole, templates), of_system(later, templates)
    assert first == second
    assert {"findings.csv", "asff.json", "asff/001.json"} < set(first)
    assert len(first) == len(FORMS)


def test_without_trestle_the_other_forms_are_made(
    whole: Report, resources_of: Callable[[Report], Resources], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "is_possible", lambda: False)
    assert set(of_system(whole, resources_of(whole).templates)) == {"findings.csv", "asff.json", "asff/001.json"}
