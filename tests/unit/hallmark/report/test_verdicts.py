"""Every way from a control's proofs to its verdict."""

from collections.abc import Callable
from typing import Any

import pytest

from hallmark.evidence import Evidence, Finding, Kind, Proof
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked, Control, Report
from hallmark.waivers import Scope, Waiver, Waivers

FINDING = Finding("RuleA", "Targets[2]", "nothing", "a retry policy", "Set it.")
BOTH = ("dev", "prod")
ON_AWS = (
    "Run `hallmark up --system realtime --target aws --stage dev`, "
    "then `HALLMARK_SYSTEM=realtime HALLMARK_TARGET=aws HALLMARK_STAGE=dev tox -e integration -- --numprocesses 0`."
)


@pytest.fixture
def judged(facts: Facts, control: Callable[..., Control], evidence: Callable[..., Evidence]) -> Callable[..., Report]:
    def judge(asked: Asked, *proofs: Proof, target: str = "none", **more: Any) -> Report:
        gates = [evidence(*proofs, target=target)] if proofs else []
        return join(facts, [control("RT_A", asked)], gates, more.pop("waivers", Waivers()), expected=(), **more)

    return judge


def verdict(report: Report) -> tuple[str, str]:
    (item,) = report.controls
    return item.verdict, item.reason


def test_template_is_proved_by_every_stage(judged: Callable[..., Report], proof: Callable[..., Proof]) -> None:
    report = judged(Asked("template"), *(proof(stage=stage) for stage in BOTH))
    assert verdict(report) == ("proved", "")
    assert report.outcome == "passed"


def test_template_of_one_stage_is_unproven(judged: Callable[..., Report], proof: Callable[..., Proof]) -> None:
    report = judged(Asked("template"), proof(stage="dev"))
    assert verdict(report) == ("unproven", "template: no policy has judged stage prod")
    assert report.controls[0].fix == "Run `tox -e policies`."
    assert report.outcome == "failed"


def test_a_tests_template_proof_does_not_replace_the_policy(
    judged: Callable[..., Report], proof: Callable[..., Proof]
) -> None:
    assert verdict(judged(Asked("template"), proof(kind="template")))[0] == "unproven"


@pytest.mark.parametrize(
    ("kind", "environment"), [("behaviour", "integration"), ("load", "load"), ("observed", "observed")]
)
def test_nothing_is_unproven_and_the_fix_is_what_proves_it(
    judged: Callable[..., Report], kind: Kind, environment: str
) -> None:
    report = judged(Asked(kind))
    assert verdict(report) == ("unproven", f"{kind}: no gate has proved it on a stage")
    assert report.controls[0].fix == f"Run `tox -e {environment}`."
    assert report.outcome == "failed"


def test_one_failed_proof_fails(judged: Callable[..., Report], proof: Callable[..., Proof]) -> None:
    proofs = proof(stage="dev"), proof(stage="prod", outcome="failed", findings=(FINDING,))
    found, reason = verdict(judged(Asked("template"), *proofs))
    assert found == "failed"
    assert reason == "template: RuleA Targets[2] (prod): found nothing, wanted a retry policy. Set it."


def test_a_failed_proof_that_nobody_asked_for_fails(judged: Callable[..., Report], proof: Callable[..., Proof]) -> None:
    proofs = (*(proof(stage=stage) for stage in BOTH), proof(outcome="failed"))
    assert verdict(judged(Asked("template"), *proofs))[0] == "failed"


@pytest.mark.parametrize(("fidelity", "wanted"), [("native", "proved"), ("extended", "proved"), ("absent", "unproven")])
def test_fidelity_on_the_embedded_stage(
    judged: Callable[..., Report], proof: Callable[..., Proof], fidelity: str, wanted: str
) -> None:
    report = judged(Asked("behaviour"), proof(fidelity=fidelity), target="embedded")
    assert verdict(report)[0] == wanted


def test_absent_is_told_as_the_reason(judged: Callable[..., Report], proof: Callable[..., Proof]) -> None:
    report = judged(Asked("behaviour"), proof(fidelity="absent"), target="embedded")
    assert verdict(report)[1] == "behaviour: the embedded stage does not do this"
    assert report.controls[0].fix == ON_AWS


@pytest.mark.parametrize(
    ("target", "fidelity", "wanted"),
    [("embedded", "native", "needs-aws"), ("embedded", "absent", "needs-aws"), ("aws", None, "proved")],
)
def test_needs_aws_is_proved_on_aws_only(
    judged: Callable[..., Report], proof: Callable[..., Proof], target: str, fidelity: str | None, wanted: str
) -> None:
    report = judged(Asked("behaviour", "Only an account tells."), proof(fidelity=fidelity), target=target)
    assert verdict(report)[0] == wanted
    assert report.controls[0].fix == (ON_AWS if wanted == "needs-aws" else "")
    assert report.outcome == "passed"


def test_needs_aws_fails_a_run_on_aws(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> None:
    controls = [control("RT_A", Asked("behaviour", "Only an account tells.")), control("RT_B", Asked("behaviour"))]
    report = join(facts, controls, [evidence(proof("RT_B"), target="aws")], Waivers(), expected=())
    assert [item.verdict for item in report.controls] == ["needs-aws", "proved"]
    assert report.outcome == "failed"


def test_a_test_without_a_stage_is_no_proof_of_behaviour(
    judged: Callable[..., Report], proof: Callable[..., Proof]
) -> None:
    report = judged(Asked("behaviour"), proof(), target="none")
    assert verdict(report)[0] == "unproven"


def test_waived_when_every_finding_is(
    judged: Callable[..., Report], proof: Callable[..., Proof], waiver: Callable[..., Waiver]
) -> None:
    failed = proof(stage="dev", outcome="failed", findings=(FINDING,))
    report = judged(Asked("template"), failed, proof(stage="prod"), waivers=Waivers((waiver(),)))
    assert verdict(report) == ("waived", "The <specification> forbids it (until 2027-01-31, 71 days left)")
    assert [row.uses for row in report.waivers] == [1]


def test_waived_in_a_gate_that_passed_for_it(
    judged: Callable[..., Report], proof: Callable[..., Proof], waiver: Callable[..., Waiver]
) -> None:
    passed = [proof(stage=stage, findings=(FINDING,)) for stage in BOTH]
    report = judged(Asked("template"), *passed, waivers=Waivers((waiver(),)))
    assert (verdict(report)[0], report.outcome) == ("waived", "passed")
    assert [row.outcome for row in report.controls[0].proofs] == ["waived", "waived"]


def test_a_finding_whose_waiver_is_gone_fails_though_its_gate_passed(
    judged: Callable[..., Report], proof: Callable[..., Proof]
) -> None:
    report = judged(Asked("template"), *(proof(stage=stage, findings=(FINDING,)) for stage in BOTH))
    assert (verdict(report)[0], report.outcome) == ("failed", "failed")


def test_a_failed_test_is_not_waived(
    judged: Callable[..., Report], proof: Callable[..., Proof], waiver: Callable[..., Waiver]
) -> None:
    proofs = [*(proof(stage=stage, findings=(FINDING,)) for stage in BOTH), proof(kind="template", outcome="failed")]
    report = judged(Asked("template"), *proofs, waivers=Waivers((waiver(),)))
    assert verdict(report) == ("failed", "template: tests/integration/realtime/test_a.py::test_a")


def test_what_no_policy_has_judged_is_not_waived(
    judged: Callable[..., Report], proof: Callable[..., Proof], waiver: Callable[..., Waiver]
) -> None:
    report = judged(Asked("template"), proof(stage="dev", findings=(FINDING,)), waivers=Waivers((waiver(),)))
    assert verdict(report) == ("unproven", "template: no policy has judged stage prod")


def test_a_waiver_of_a_proved_control_is_unused(
    judged: Callable[..., Report], proof: Callable[..., Proof], waiver: Callable[..., Waiver]
) -> None:
    report = judged(Asked("template"), *(proof(stage=stage) for stage in BOTH), waivers=Waivers((waiver(),)))
    unused = "policies/waivers.yaml:9: nothing needs the waiver of RT_A any more: delete it"
    assert (verdict(report)[0], report.problems, report.outcome) == ("proved", (unused,), "failed")


def test_while_a_control_is_unproven_nobody_knows_whether_its_waiver_is_needed(
    judged: Callable[..., Report], waiver: Callable[..., Waiver]
) -> None:
    report = judged(Asked("template"), waivers=Waivers((waiver(),)))
    assert (verdict(report)[0], report.problems) == ("unproven", ())


def test_a_waiver_of_no_control(judged: Callable[..., Report], waiver: Callable[..., Waiver]) -> None:
    report = judged(Asked("template"), waivers=Waivers((waiver(rule="RT_TYPO"),)))
    told = "policies/waivers.yaml:9: there is no control RT_TYPO: name one of the catalogue, or delete the waiver"
    assert report.problems == (told,)


def test_failed_when_one_finding_is_not_waived(
    judged: Callable[..., Report], proof: Callable[..., Proof], waiver: Callable[..., Waiver]
) -> None:
    findings = (FINDING, Finding("RuleB"))
    failed = proof(stage="dev", outcome="failed", findings=findings)
    (item,) = judged(Asked("template"), failed, waivers=Waivers((waiver(),))).controls
    assert (item.verdict, item.reason) == ("failed", "template: RuleB (dev)")
    assert [finding.resource for _, finding in item.open_findings] == ["RuleB"]


@pytest.mark.parametrize("scope", [Scope(resource="RuleA", stage="prod"), Scope(type="AWS::SQS::Queue")])
def test_a_waiver_of_another_scope_does_not_help(
    judged: Callable[..., Report], proof: Callable[..., Proof], waiver: Callable[..., Waiver], scope: Scope
) -> None:
    failed = proof(stage="dev", outcome="failed", findings=(FINDING,))
    report = judged(Asked("template"), failed, waivers=Waivers((waiver(scope=scope),)))
    assert verdict(report)[0] == "failed"
    assert report.run.problems == ("policies/waivers.yaml:9: nothing needs the waiver of RT_A any more: delete it",)


def test_a_proof_of_an_unknown_control_fails_the_run(
    judged: Callable[..., Report], proof: Callable[..., Proof]
) -> None:
    report = judged(Asked("behaviour"), proof(), proof("RT_TYPO"))
    assert report.run.problems == (
        "tests/integration/realtime/test_a.py::test_a proves RT_TYPO, which no catalogue has",
    )
    assert report.outcome == "failed"


def test_the_worst_kind_is_the_verdict(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> None:
    asked = Asked("template"), Asked("behaviour"), Asked("load", "Only an account tells.")
    gates = [evidence(*(proof(stage=stage) for stage in BOTH))]
    (item,) = join(facts, [control("RT_A", *asked)], gates, Waivers(), expected=()).controls
    assert [state.verdict for state in item.kinds] == ["proved", "unproven", "needs-aws"]
    assert item.verdict == "unproven"
    assert item.fix == "Run `tox -e integration`."


def test_every_missing_kind_has_its_command(facts: Facts, control: Callable[..., Control]) -> None:
    asked = Asked("template"), Asked("behaviour"), Asked("observed")
    (item,) = join(facts, [control("RT_A", *asked)], [], Waivers(), expected=()).controls
    assert item.fix == "Run `tox -e policies`, then `tox -e integration`, then `tox -e observed`."


def test_the_reason_is_the_finding_that_says_most(judged: Callable[..., Report], proof: Callable[..., Proof]) -> None:
    bare = proof(stage="dev", outcome="failed", findings=(Finding("RuleA"),))
    rich = proof(stage="dev", outcome="failed", findings=(FINDING, Finding("RuleB", "State")))
    reason = verdict(judged(Asked("template"), bare, rich))[1]
    assert reason == "template: RuleA Targets[2] (dev): found nothing, wanted a retry policy. Set it. (and 1 more)"
