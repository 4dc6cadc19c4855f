"""Stock findings are settled against the waivers; skips that hide inside a template are found."""

import json
from pathlib import Path

import pytest

from hallmark import waivers
from hallmark.errors import UserError
from hallmark.evidence import ToolFinding
from hallmark.gates import checkov_stock
from hallmark.gates.recorder import Recorder
from hallmark.gates.settle import settle, tell
from hallmark.synthesized import Synthesized
from hallmark.waivers import Scope, Waiver, Waivers

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
    settle("cfn-lint", [(body, found()), (body, found("E3002"))], [], record)
    assert [finding.waived_by for finding in record.tool_findings] == ["waivers.yaml:2", None]
    assert record.outcome == "failed"
    assert capsys.readouterr().err == "x.template.json:9: E3002 Fn: Runtime is deprecated\n"


@pytest.mark.usefixtures("waived")
def test_unused_waiver(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"waivers\.yaml:2: nothing needs the waiver of W2531"):
        settle("cfn-lint", [(template(tmp_path), found("E3002"))], [], Recorder())


@pytest.mark.parametrize(
    ("tool", "metadata", "rule"),
    [
        ("cfn-lint", {"cfn-lint": {"config": {"ignore_checks": ["W2531"]}}}, "W2531"),
        ("checkov", {"checkov": {"skip": [{"id": "CKV_AWS_117", "comment": "False positive"}]}}, "CKV_AWS_117"),
    ],
)
@pytest.mark.usefixtures("waived")
def test_inline_skips_are_unwaived_findings(tmp_path: Path, tool: str, metadata: object, rule: str) -> None:
    body, record = template(tmp_path, Metadata=metadata), Recorder()
    skips = list(body.inline_skips(tool))
    assert [(skip.rule, skip.resource, skip.line) for skip in skips] == [(rule, "Fn", 9)]
    settle(tool, [(body, found())] if tool == "cfn-lint" else [], skips, record)
    assert record.tool_findings[-1].waived_by is None
    assert record.outcome == "failed"


FOUND = {"resource": "Fn", "path": "MemorySize", "found": "128", "wanted": "512", "fix": "Set it."}


@pytest.mark.usefixtures("waived")
def test_findings_of_our_policies_are_told_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record, body = Recorder(), template(tmp_path)
    record.proofs.extend(checkov_stock.proofs(body, {"RT_FN_MEMORY": [FOUND], "RT_FN_RUNTIME": []}))
    assert tell(record.proofs) == 1
    settle("checkov", [], [], record)
    told = capsys.readouterr()
    assert told.err == f"{body.path}: RT_FN_MEMORY Fn MemorySize: found 128; wanted 512. Set it.\n"
    assert told.out == "checkov: 1 unwaived findings, 0 waived\n"
    assert record.outcome == "failed"


def test_template_knows_its_lines_and_types(tmp_path: Path) -> None:
    body = template(tmp_path)
    assert (body.line_of("Fn"), body.line_of("Other")) == (9, 1)
    assert (body.type_of("Fn"), body.type_of("Other")) == ("AWS::Lambda::Function", None)
    assert (body.stage, body.system) == ("dev", "realtime")
