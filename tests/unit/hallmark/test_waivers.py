"""A waiver that is wrong, expired, unused or too wide fails in one line with file and line."""

import re
from datetime import date
from pathlib import Path

import pytest

from hallmark import waivers
from infra.errors import UserError

TODAY = date(2026, 11, 21)
GOOD = """waivers:
  - rule: W2531
    tool: cfn-lint
    scope: {system: realtime, type: AWS::Lambda::Function}
    reason: The requirement names the runtime
    owner: platform engineering
    expires: 2027-01-31
    deadlines:
      creation ends: 2027-02-01
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "waivers.yaml"


def test_good(file: Path) -> None:
    file.write_text(GOOD)
    known = waivers.load(file, TODAY)
    (waiver,) = known.entries
    assert waiver.deadlines == (("creation ends", date(2027, 2, 1)),)
    assert known.find("cfn-lint", "W2531", "AWS::Lambda::Function", "Fn", "dev", "realtime") is waiver
    assert known.find("cfn-lint", "W2531", "AWS::SQS::Queue", "Fn", "dev", "realtime") is None
    assert known.find("checkov", "W2531", "AWS::Lambda::Function", "Fn", "dev", "realtime") is None


@pytest.mark.parametrize("system", ["merchant_upload", "account", "load", None])
def test_a_waiver_covers_no_other_system(file: Path, system: str | None) -> None:
    file.write_text(GOOD)
    assert waivers.load(file, TODAY).find("cfn-lint", "W2531", "AWS::Lambda::Function", "Fn", "dev", system) is None


def test_every_system_is_written_out(file: Path) -> None:
    file.write_text(GOOD.replace("{system: realtime,", "{system: '*', resource: 'Api*',"))
    known = waivers.load(file, TODAY)
    for system in ("realtime", "merchant_upload", "load"):
        assert known.find("cfn-lint", "W2531", "AWS::Lambda::Function", "ApiFn", "dev", system)
    assert str(known.entries[0].scope) == "AWS::Lambda::Function, Api*, every system"


def test_a_control_tells_its_system(file: Path) -> None:
    control = GOOD.replace("rule: W2531", "rule: RT_FN_RUNTIME").replace("tool: cfn-lint", "tool: control")
    file.write_text(control.replace("system: realtime, ", ""))
    known = waivers.load(file, TODAY)
    assert known.find("control", "RT_FN_RUNTIME", "AWS::Lambda::Function", "Fn", "dev")
    assert known.find("control", "MU_FN_RUNTIME", "AWS::Lambda::Function", "Fn", "dev") is None
    for text, told in (
        (control, "4: a control's id names its system: leave out `system`"),
        (control.replace("RT_", "XX_"), "2: no system has controls like XX_FN_RUNTIME: their ids begin with RT_"),
    ):
        file.write_text(text)
        with pytest.raises(UserError, match=f"^{re.escape(str(file))}:{told}"):
            waivers.load(file, TODAY)


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("    expires: 2027-01-31\n", "", 2, "the waiver of W2531 has no `expires`"),
        ("    reason: The requirement names the runtime\n", "", 2, "the waiver of W2531 has no `reason`"),
        ("    owner: platform engineering\n", "", 2, "the waiver of W2531 has no `owner`"),
        ("owner: platform engineering", "owner: ''", 6, "`owner` must be text, not ''"),
        ("expires: 2027-01-31", "expires: soon", 7, "`expires` must be a date (YYYY-MM-DD), not 'soon'"),
        ("expires: 2027-01-31", "expires: 2026-11-20", 7, "the waiver of W2531 expired on 2026-11-20"),
        ("expires: 2027-01-31", "expires: 2028-01-31", 7, "the waiver of W2531 is too long: a year at most"),
        ("reason:", "because:", 5, "a waiver has no field `because`"),
        ("tool: cfn-lint", "tool: linter", 3, "`tool` must be one of cfn-lint, checkov, iam, control, not 'linter'"),
        (", type: AWS::Lambda::Function}", "}", 4, "the scope is too wide: name a type or a resource"),
        ("type: AWS::Lambda::Function}", "stage: dev}", 4, "the scope is too wide: name a type or a resource"),
        ("type: AWS::Lambda::Function}", "resource: '*a*b*c*'}", 4, "the scope is too wide: `*a*b*c*` names no"),
        ("type: AWS::Lambda::Function}", "resource: 'ab*'}", 4, "the scope is too wide: `ab*` names no resource"),
        ("type: AWS::Lambda::Function}", "resource: '?????*'}", 4, "the scope is too wide: `?????*` names no"),
        ("type: AWS::Lambda::Function}", "resource: ''}", 4, "the scope is too wide: `` names no resource"),
        ("AWS::Lambda::Function}", "AWS::Lambda::Function, stage: qa}", 4, "there is no stage 'qa': `stage` is dev or"),
        ("rule: W2531", "rule: '*'", 2, "`rule` must be a rule of cfn-lint, such as W2531, not '*'"),
        ("rule: W2531", "rule: W253", 2, "`rule` must be a rule of cfn-lint, such as W2531, not 'W253'"),
        (
            "rule: W2531\n    tool: cfn-lint",
            "rule: W2531\n    tool: checkov",
            2,
            "`rule` must be a rule of checkov, such as",
        ),
        (
            "rule: W2531\n    tool: cfn-lint",
            "rule: sqs\n    tool: iam",
            2,
            "`rule` must be a rule of iam, such as xray:P",
        ),
        (
            "rule: W2531\n    tool: cfn-lint",
            "rule: CKV_AWS_1\n    tool: control",
            2,
            "`rule` must be a control's id, such as XX_FN_RUNTIME, not 'CKV_AWS_1'",
        ),
        ("owner: platform engineering", "owner: me@example.com", 6, "`owner` must be a role, which outlasts a person"),
        ("type: AWS::Lambda::Function}", "resource: '*'}", 4, "the scope is too wide: `*` names no resource"),
        ("type: AWS::Lambda::Function}", "resource: '[A-Z]*'}", 4, "the scope is too wide: `[A-Z]*` names no"),
        ("type: AWS::Lambda::Function}", "type: 'AWS::*'}", 4, "`type` must be one resource type"),
        (
            "type: AWS::Lambda::Function}",
            "kind: Fn}",
            4,
            "a scope has the texts system, type, resource, stage, not kind",
        ),
        (
            "{system: realtime, type: AWS::Lambda::Function}",
            "everything",
            4,
            "`scope` must be a mapping, not 'everything'",
        ),
        ("system: realtime, ", "", 4, "the scope has no `system`: name realtime"),
        ("system: realtime", "system: elsewhere", 4, "there is no system 'elsewhere': `system` is realtime"),
        ("system: realtime", "system: '*'", 4, "the scope is too wide: in every system, name a type and a resource"),
        (
            "{system: realtime, type: AWS::Lambda::Function}",
            "{system: '*', resource: Fn}",
            4,
            "the scope is too wide: in",
        ),
        ("creation ends: 2027-02-01", "creation ends: soon", 8, "deadline `creation ends` must be a date"),
        ("waivers:", "waiver:", 1, "one list named `waivers` is wanted"),
        ("  - rule: W2531\n", "  - rule: [\n", 4, "did not find expected"),
        ("    reason:", "    tool: checkov\n    reason:", 5, "the key tool is there twice"),
        ("expires: 2027-01-31", "expires: 2027-13-45", 7, "month must be in 1..12"),
        ("expires: 2027-01-31", "expires: 2027-01-31 10:00:00", 7, "`expires` must be a date (YYYY-MM-DD)"),
    ],
)
def test_bad(file: Path, old: str, new: str, line: int, told: str) -> None:
    assert old in GOOD
    file.write_text(GOOD.replace(old, new))
    with pytest.raises(UserError) as caught:
        waivers.load(file, TODAY)
    assert str(caught.value).startswith(f"{file}:{line}: {told}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "scope",
    [
        "resource: Fn}",
        "resource: 'Api*'}",
        "resource: 'Storage[AB]*', stage: prod}",
        "type: AWS::S3::Bucket, stage: dev}",
    ],
)
def test_scopes_that_name_what_they_mean(file: Path, scope: str) -> None:
    file.write_text(GOOD.replace("type: AWS::Lambda::Function}", scope))
    assert len(waivers.load(file, TODAY).entries) == 1


@pytest.mark.parametrize(
    ("tool", "rule"),
    [
        ("cfn-lint", "E3002"),
        ("checkov", "CKV2_AWS_16"),
        ("iam", "dynamodb:GetItem"),
        ("control", "RT_FN_RUNTIME"),
    ],
)
def test_the_form_of_each_tools_rules(file: Path, tool: str, rule: str) -> None:
    text = GOOD.replace("rule: W2531", f"rule: {rule}").replace("tool: cfn-lint", f"tool: {tool}")
    file.write_text(text.replace("system: realtime, ", "") if tool == "control" else text)
    assert waivers.load(file, TODAY).entries[0].rule == rule


def test_a_duplicate_is_called_one(file: Path) -> None:
    again = GOOD.removeprefix("waivers:\n").replace("platform", "other")
    file.write_text(GOOD + again)
    with pytest.raises(UserError) as caught:
        waivers.load(file, TODAY)
    assert str(caught.value) == f"{file}:10: a duplicate: {file}:2 also waives W2531 there: delete one"
    file.write_text(GOOD + again.replace("Function}", "Function, stage: dev}"))
    assert len(waivers.load(file, TODAY).entries) == 2


def test_the_last_day_still_holds(file: Path) -> None:
    file.write_text(GOOD)
    assert waivers.load(file, date(2027, 1, 31)).entries
    with pytest.raises(UserError, match="expired on 2027-01-31"):
        waivers.load(file, date(2027, 2, 1))


def test_unused(file: Path) -> None:
    file.write_text(GOOD)
    known = waivers.load(file, TODAY)
    known.refuse_unused("checkov", set())
    known.refuse_unused("cfn-lint", {f"{file}:2"})
    with pytest.raises(UserError, match=r":2: nothing needs the waiver of W2531 any more: delete it"):
        known.refuse_unused("cfn-lint", {None})


@pytest.mark.parametrize("text", ["", "waivers: []\n"])
def test_nothing(file: Path, text: str) -> None:
    file.write_text(text)
    if text:
        assert waivers.load(file, TODAY).entries == ()
    else:
        with pytest.raises(UserError, match="one list named `waivers` is wanted"):
            waivers.load(file, TODAY)


def test_ours_are_good() -> None:
    assert {waiver.tool for waiver in waivers.load().entries} <= set(waivers.TOOLS)
