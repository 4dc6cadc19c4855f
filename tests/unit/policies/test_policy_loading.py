"""The policies load without checkov, and nothing can be missing without a word."""

import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copy2, copytree

import pytest

from hallmark import catalogue, policies
from hallmark.project import CLOUD_ASSEMBLY
from infra.errors import UserError
from policies.engine.template.template import Template

GOOD = """\
from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.policy import Policy
from policies.engine.template.template import Template


class Anything(Policy):
    scope = ("AWS::SQS::Queue",)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        {body}


check = Anything()
"""
STRAYS = ("rt_stray.py", "xx_stray.py")
QUEUE = {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the policies, with their times and what Python compiled of them."""
    return Path(copytree(policies.CHECKS, tmp_path_factory.mktemp("policies") / "checks"))


@pytest.fixture
def folder(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The copy, with which a test does as it likes to rt_fn_memory.py and to STRAYS."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    # What another test has made of the copy is no longer there.
    policies.load.cache_clear()
    yield copied
    copy2(policies.CHECKS / "rt_fn_memory.py", copied)
    for stray in STRAYS:
        (copied / stray).unlink(missing_ok=True)


def _write(folder: Path, name: str, body: str) -> None:
    (folder / name).write_text(GOOD.format(body=body), encoding="utf-8")


def test_files_and_controls_that_ask_for_a_template_proof_are_the_same() -> None:
    wanted = {one.id for one in catalogue.load("realtime").controls if one.asks_for("template")}
    files = {file.stem.upper() for file in policies.CHECKS.glob("*.py") if file.stem != "__init__"}
    assert set(policies.load("realtime")) == wanted == files


def test_a_control_without_a_file_is_refused(folder: Path) -> None:
    (folder / "rt_fn_memory.py").unlink()
    with pytest.raises(UserError, match="RT_FN_MEMORY asks for a template proof"):
        policies.load("realtime", folder)


@pytest.mark.parametrize("name", STRAYS)
def test_a_file_without_a_control_is_refused(folder: Path, name: str) -> None:
    _write(folder, name, "yield from ()")
    with pytest.raises(UserError, match=f"no control {Path(name).stem.upper()} asks"):
        policies.load("realtime", folder)


@pytest.mark.parametrize("text", ["import nothing_there\n", "this is no Python\n", "raise SystemError\n"])
def test_a_file_that_does_not_load_is_refused(folder: Path, text: str) -> None:
    (folder / "rt_fn_memory.py").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"rt_fn_memory.py does not load") as raised:
        policies.load("realtime", folder)
    assert "\n" not in str(raised.value)


def test_a_file_without_a_check_is_refused(folder: Path) -> None:
    (folder / "rt_fn_memory.py").write_text("pass\n", encoding="utf-8")
    with pytest.raises(UserError, match="wants to end with `check =`"):
        policies.load("realtime", folder)


@pytest.mark.parametrize("body", ["raise ValueError('odd')", "return 5", "yield 5"])
def test_a_policy_that_cannot_judge_has_failed(folder: Path, body: str) -> None:
    _write(folder, "rt_fn_memory.py", body)
    findings = policies.load("realtime", folder)["RT_FN_MEMORY"].findings(Template(QUEUE), "dev")
    assert [(one.resource, "could not judge" in one.found) for one in findings] == [("(template)", True)]


def test_a_policy_without_a_scope_has_failed(folder: Path) -> None:
    _write(folder, "rt_fn_memory.py", "yield from ()")
    file = folder / "rt_fn_memory.py"
    file.write_text(file.read_text(encoding="utf-8").replace('("AWS::SQS::Queue",)', "()"), encoding="utf-8")
    findings = policies.load("realtime", folder)["RT_FN_MEMORY"].findings(Template(QUEUE), "dev")
    assert [one.found.endswith("it has no scope") for one in findings] == [True]


def _findings(name: str, document: dict[str, object], stage: str | None = "dev") -> list[tuple[str, str]]:
    found = policies.load("realtime")[name].findings(Template(document), stage)
    return [(one.resource, one.path) for one in found]


def test_an_empty_scope_is_a_finding_on_the_template() -> None:
    assert _findings("RT_FN_MEMORY", QUEUE) == [("(template)", "Resources")]


def test_an_unknown_stage_is_a_finding() -> None:
    document = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 512}}}}
    assert _findings("RT_FN_MEMORY", document, None) == [("(template)", "")]
    assert _findings("RT_FN_MEMORY", document, "dev") == []


def test_what_may_not_be_there_is_a_finding() -> None:
    function = {"Type": "AWS::Lambda::Function", "Condition": "Maybe", "Properties": {"MemorySize": 512}}
    assert _findings("RT_FN_MEMORY", {"Resources": {"F": function}}) == [("F", "Condition")]


@pytest.mark.parametrize(
    ("extra", "path"),
    [
        ({"Type": "AWS::CloudFormation::Stack"}, "Type"),
        ({"Type": "Our::Own::MODULE"}, "Type"),
        ({"Type": "X", "Fn::Transform": {}}, "Fn::Transform"),
        ({"Type": "X", "Properties": {"List": [{"Fn::Transform": {}}]}}, "Fn::Transform"),
    ],
)
def test_what_the_template_does_not_show_is_a_finding(extra: dict[str, object], path: str) -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 512}}
    assert _findings("RT_FN_MEMORY", {"Resources": {"F": function, "X": extra}}) == [("X", path)]


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_clean_templates_have_no_finding(stage: str) -> None:
    document = policies.read(CLOUD_ASSEMBLY / f"hallmark-realtime-{stage}.template.json")
    verdicts = policies.judge(document, "realtime")
    assert [(one["id"], one["findings"]) for one in verdicts if one["verdict"] != "proved"] == []


def test_functions_of_one_condition_fail_everywhere() -> None:
    document = policies.read(CLOUD_ASSEMBLY / "hallmark-realtime-dev.template.json")
    none = {"Ref": "AWS::NoValue"}
    resources = {
        name: {**raw, "Properties": {key: {"Fn::If": ["C", value, none]} for key, value in raw["Properties"].items()}}
        for name, raw in document["Resources"].items()
    }
    verdicts = policies.judge({**document, "Resources": resources}, "realtime")
    # The one branch names the one region, the other none, and that is all that RT_REGION asks.
    assert [one["id"] for one in verdicts if one["verdict"] == "proved"] == ["RT_REGION"]
