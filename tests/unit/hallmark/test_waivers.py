"""A waiver that is wrong, expired, unused or too wide fails in one line with file and line."""

from datetime import date
from pathlib import Path

import pytest

from hallmark import waivers
from hallmark.errors import UserError

TODAY = date(2026, 11, 21)
GOOD = """waivers:
  - rule: W2531
    tool: cfn-lint
    scope: {type: AWS::Lambda::Function}
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
    assert known.find("cfn-lint", "W2531", "AWS::Lambda::Function", "Fn", "dev") is waiver
    assert known.find("cfn-lint", "W2531", "AWS::SQS::Queue", "Fn", "dev") is None
    assert known.find("checkov", "W2531", "AWS::Lambda::Function", "Fn", "dev") is None


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
        ("{type: AWS::Lambda::Function}", "{}", 4, "the scope is too wide: name a type, a resource or a stage"),
        ("{type: AWS::Lambda::Function}", "{resource: '*'}", 4, "the scope is too wide: `*` names no resource"),
        ("{type: AWS::Lambda::Function}", "{resource: '[A-Z]*'}", 4, "the scope is too wide: `[A-Z]*` names no"),
        ("{type: AWS::Lambda::Function}", "{type: 'AWS::*'}", 4, "`type` must be one resource type"),
        ("{type: AWS::Lambda::Function}", "{kind: Fn}", 4, "a scope has the texts type, resource, stage, not kind"),
        ("{type: AWS::Lambda::Function}", "everything", 4, "`scope` must be a mapping, not 'everything'"),
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
