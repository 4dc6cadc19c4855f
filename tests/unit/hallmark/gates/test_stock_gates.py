"""Stock findings are settled against the waivers; skips that hide inside a template are found."""

import json
from pathlib import Path

import pytest

from hallmark import waivers
from hallmark.evidence import ToolFinding
from hallmark.evidence.recorder import Recorder
from hallmark.gates import checkov_stock
from hallmark.gates.running import control_waivers
from hallmark.gates.running.findings_cache import Judgement
from hallmark.gates.running.waived import apply_waivers, refuse_unused
from hallmark.synthesized import Synthesized
from hallmark.waivers import Scope, Waiver, Waivers
from infra.errors import UserError

FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "Code": {"ZipFile": "x"},
        "Handler": "a.b",
        "Role": "arn:aws:iam::1:role/r",
        "Runtime": "nodejs18.x",
    },
}


def template(folder: Path, **resource: object) -> Synthesized:
    file = folder / "x.template.json"
    metadata = {"Hallmark": {"System": "realtime", "Stage": "dev"}}
    file.write_text(json.dumps({"Metadata": metadata, "Resources": {"Fn": {**FUNCTION, **resource}}}, indent=1))
    return Synthesized(file)


def found(rule: str = "W2531") -> ToolFinding:
    return ToolFinding("cfn-lint", rule, "Fn", "x.template.json", 9, "Runtime is deprecated")


@pytest.fixture
def waived(monkeypatch: pytest.MonkeyPatch, waiver_day: Waivers) -> None:
    monkeypatch.setattr(waivers, "load", lambda: waiver_day)


@pytest.fixture
def waiver_day() -> Waivers:
    from datetime import date

    scope = Scope(type="AWS::Lambda::Function")
    return Waivers((Waiver("W2531", "cfn-lint", scope, "named", "a role", date(2027, 1, 31), "waivers.yaml:2"),))


@pytest.mark.usefixtures("waived")
def test_waived_and_unwaived(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record, body = Recorder(), template(tmp_path)
    apply_waivers("cfn-lint", [(body, found()), (body, found("E3002"))], [], record)
    assert [finding.waived_by for finding in record.tool_findings] == ["waivers.yaml:2", None]
    assert record.outcome == "failed"
    assert capsys.readouterr().err == "x.template.json:9: E3002 Fn: Runtime is deprecated\n"


@pytest.mark.usefixtures("waived")
def test_unused_waiver(tmp_path: Path) -> None:
    record, other = Recorder(), Recorder()
    apply_waivers("cfn-lint", [(template(tmp_path), found("E3002"))], [], record)
    with pytest.raises(UserError, match=r"waivers\.yaml:2: nothing needs the waiver of W2531"):
        refuse_unused("cfn-lint", [record])
    apply_waivers("cfn-lint", [(template(tmp_path), found())], [], other)
    refuse_unused("cfn-lint", [record, other])


@pytest.mark.parametrize(
    ("tool", "metadata", "rule"),
    [
        ("cfn-lint", {"cfn-lint": {"config": {"ignore_checks": ["W2531"]}}}, "W2531"),
        ("checkov", {"checkov": {"skip": [{"id": "CKV_AWS_117", "comment": "False positive"}]}}, "CKV_AWS_117"),
        ("checkov", {"bridgecrew": {"skip": [{"id": "CKV_AWS_117"}]}}, "CKV_AWS_117"),
    ],
)
@pytest.mark.usefixtures("waived")
def test_inline_skips_are_unwaived_findings(tmp_path: Path, tool: str, metadata: object, rule: str) -> None:
    body, record = template(tmp_path, Metadata=metadata), Recorder()
    skips = list(body.inline_skips(tool))
    assert [(skip.rule, skip.resource, skip.line) for skip in skips] == [(rule, "Fn", 9)]
    apply_waivers(tool, [(body, found())] if tool == "cfn-lint" else [], skips, record)
    assert record.tool_findings[-1].waived_by is None
    assert record.outcome == "failed"


def test_a_skip_in_a_text_is_an_unwaived_finding(tmp_path: Path) -> None:
    body = template(tmp_path, Description="checkov:skip=CKV_AWS_117: false positive")
    assert [(skip.rule, skip.line) for skip in body.inline_skips("checkov")] == [("CKV_AWS_117", 19)]
    assert not list(body.inline_skips("cfn-lint"))


@pytest.mark.parametrize(
    ("tool", "metadata", "path"),
    [
        ("cfn-lint", "hello", "Metadata"),
        ("cfn-lint", {"cfn-lint": "hello"}, "Metadata.cfn-lint"),
        ("cfn-lint", {"cfn-lint": {"config": []}}, "Metadata.cfn-lint.config"),
        ("cfn-lint", {"cfn-lint": {"config": {"ignore_checks": "W2531"}}}, "Metadata.cfn-lint.config.ignore_checks"),
        ("cfn-lint", {"cfn-lint": {"config": {"ignore_checks": [{}]}}}, "Metadata.cfn-lint.config.ignore_checks"),
        ("checkov", {"checkov": "x"}, "Metadata.checkov"),
        ("checkov", {"checkov": {"skip": "CKV_AWS_115"}}, "Metadata.checkov.skip"),
        ("checkov", {"checkov": {"skip": [3]}}, "Metadata.checkov.skip"),
        ("checkov", {"checkov": {"skip": ["CKV_AWS_115"]}}, "Metadata.checkov.skip"),
        ("checkov", {"checkov": {"skip": [{"id": 3}]}}, "Metadata.checkov.skip"),
        ("checkov", {"bridgecrew": None}, "Metadata.bridgecrew"),
    ],
)
@pytest.mark.parametrize("on", ["the template", "Fn"])
def test_metadata_that_a_tool_cannot_read_is_refused(
    tmp_path: Path, tool: str, metadata: object, path: str, on: str
) -> None:
    body = template(tmp_path, **({"Metadata": metadata} if on == "Fn" else {}))
    if on != "Fn":
        body.path.write_text(json.dumps({**body.body, "Metadata": metadata}))
        body = Synthesized(body.path)
    with pytest.raises(UserError, match=rf":\d+: {on}: {tool} cannot read {path}: waive in policies/waivers.yaml"):
        list(body.inline_skips(tool))


FOUND = {"resource": "Fn", "path": "MemorySize", "found": "128", "wanted": "512", "fix": "Set it."}


@pytest.mark.usefixtures("waived")
def test_findings_of_our_policies_are_told_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record, body = Recorder(), template(tmp_path)
    record.proofs.extend(
        checkov_stock.proofs(Judgement(body, {"ours": {"RT_FN_MEMORY": [FOUND], "RT_FN_RUNTIME": []}}, None))
    )
    ours = control_waivers.print_findings(record.proofs)
    assert ours == (1, 0)
    apply_waivers("checkov", [], [], record, ours)
    told = capsys.readouterr()
    assert told.err == f"{body.path}: RT_FN_MEMORY Fn MemorySize: found 128; wanted 512. Set it.\n"
    assert told.out == "checkov: 1 unwaived findings, 0 waived\n"
    assert record.outcome == "failed"


def test_template_knows_its_lines_and_types(tmp_path: Path) -> None:
    body = template(tmp_path)
    assert (body.line_of("Fn"), body.line_of("Other")) == (9, 1)
    assert (body.type_of("Fn"), body.type_of("Other")) == ("AWS::Lambda::Function", None)
    assert (body.stage, body.system) == ("dev", "realtime")
