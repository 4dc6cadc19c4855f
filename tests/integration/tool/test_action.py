"""The GitHub action's last step, run by bash as a runner does, in repositories as others have them."""

import json
import os
import re
import subprocess
import sys
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

from hallmark.project import ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
JUDGE = next(step for step in ACTION["runs"]["steps"] if step["id"] == "judge")
BUCKET = "Resources:\n  Data:\n    Type: AWS::S3::Bucket\n"


class Runner:
    """A machine that runs the action's last step in a repository, with this tree's command."""

    def __init__(self, folder: Path) -> None:
        self.repository, self.temporary = folder / "repository", folder / "temporary"
        programs = self.temporary / "hallmark" / "bin"
        programs.mkdir(parents=True)
        self.repository.mkdir()
        for name, words in (("hallmark", "-m hallmark"), ("python", "")):
            program = programs / name
            line = f'PYTHONPATH="{ROOT}" exec "{sys.executable}" {words} "$@"'
            program.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
            program.chmod(0o755)

    def run(self, templates: str, **inputs: str) -> tuple[int, dict[str, str], str, str]:
        """Run the step; return its exit code, its outputs, the summary, and what it printed as an error."""
        output, summary = self.temporary / "output", self.temporary / "summary"
        output.write_text("")
        summary.write_text("")
        said = {name: str(one["default"]) for name, one in ACTION["inputs"].items()} | {"templates": templates} | inputs
        given = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: said[found[1]], value)
            for name, value in JUDGE["env"].items()
        }
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "RUNNER_TEMP": str(self.temporary)}
        script = self.temporary / "script.sh"
        script.write_text(JUDGE["run"], encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            env={**os.environ, **given, **files},
            cwd=self.repository,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, _outputs(output.read_text()), summary.read_text(), done.stderr


def _outputs(text: str) -> dict[str, str]:
    """Return the outputs of a step as GitHub reads them: `name=value`, or `name<<mark`, lines, mark."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, several, mark = line.partition("<<")
        if several:
            found[name] = "\n".join(takewhile(mark.__ne__, lines))
        else:
            name, _, value = line.partition("=")
            found[name] = value
    return found


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    made = Runner(tmp_path)
    (made.repository / "my stacks" / "deep").mkdir(parents=True)
    (made.repository / "my stacks" / "deep" / "a b.yaml").write_text(BUCKET)
    (made.repository / "my stacks" / "workflow.yaml").write_text("on: push\n")
    return made


@pytest.mark.parametrize("templates", [".", "my stacks/deep/a b.yaml", "  my stacks/**/*.yaml\n\n", "my stacks\n"])
def test_the_action_judges_what_it_is_given(runner: Runner, templates: str) -> None:
    code, gave, summary, _ = runner.run(templates, sarif="out of it.sarif")
    assert code == 1
    assert gave["sarif"] == "out of it.sarif"
    assert int(gave["findings"]) > 3
    assert "    BUCKET_PRIVATE  failed" in summary
    results = json.loads((runner.repository / "out of it.sarif").read_text())["runs"][0]["results"]
    assert len(results) == int(gave["findings"])


@pytest.mark.parametrize(
    ("templates", "problem"),
    [
        ("none/*.yaml", "nothing matches the input `templates`"),
        ("", "nothing matches the input `templates`"),
        ("my stacks/workflow.yaml", "workflow.yaml: "),
        ("none.yaml", "none.yaml: cannot be read"),
    ],
)
def test_the_action_fails_where_there_is_nothing_to_judge(runner: Runner, templates: str, problem: str) -> None:
    code, gave, _, said = runner.run(templates)
    assert (code, gave) == (2, {})
    assert problem in said


def test_a_pattern_may_find_what_is_no_template(runner: Runner) -> None:
    code, gave, _, said = runner.run("my stacks/*.yaml")
    assert (code, gave) == (0, {"findings": "0", "sarif": "hallmark.sarif"})
    assert json.loads((runner.repository / "hallmark.sarif").read_text())["runs"][0]["results"] == []
    assert "passed over: my stacks/workflow.yaml" in said


@pytest.mark.parametrize("name", ["templates", "catalogue", "waivers"])
@pytest.mark.parametrize("text", ["$(touch pwned)", '"; touch pwned; "', "x\ntouch pwned"])
def test_no_input_is_run(runner: Runner, name: str, text: str) -> None:
    code, gave, _, _ = runner.run(**{"templates": ".", name: text})
    assert (code, gave) == (2, {})
    assert not list(runner.repository.rglob("pwned"))


@pytest.mark.parametrize("text", ["$(touch pwned)", '"; touch pwned; "', "x\nfindings=0"])
def test_a_file_of_results_may_have_any_name(runner: Runner, text: str) -> None:
    code, gave, _, _ = runner.run(".", sarif=text)
    assert (code, gave["sarif"]) == (1, text)
    assert int(gave["findings"]) > 3
    assert not list(runner.repository.rglob("pwned"))
