"""The command: all of its subcommands are there, and starting it does not load what only some of them need."""

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from hallmark import policy_command
from hallmark.cli import COMMANDS, app, run
from infra.errors import UserError
from infra.systems import NAMES


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does(name):
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert f"Usage: root {name} " in shown.output


def test_a_help_breaks_its_lines_where_the_terminal_ends():
    shown = CliRunner().invoke(app, ["drift", "--help"], terminal_width=200, env={"COLUMNS": "200"}).output
    assert "and with how to mend it. What is not read is listed in the end." in shown


def test_the_help_names_every_command_in_order():
    shown = CliRunner().invoke(app, ["--help"]).output
    places = [shown.index(f"│ {name} ") for name in COMMANDS]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["redriv"], "No such command 'redriv'. Did you mean 'redrive'?; see hallmark --help"),
        (["--nope"], "No such option: --nope; see hallmark --help"),
        (["policy"], "name templates, or a stage that runs with --stage"),
        (["policy", "--target", "aws", "x"], "--target is for a stage that runs: leave out the templates, or --target"),
        (
            ["policy", "--stage", "qa", "x"],
            "Invalid value for '--stage': 'qa' is not one of 'dev', 'prod'; see hallmark policy --help",
        ),
        (["load", "rn"], "No such command 'rn'. Did you mean 'run'?; see hallmark load --help"),
    ],
)
def test_a_wrong_use_is_told_in_one_line(capsys, words, problem):
    with pytest.raises(UserError) as raised:
        run(words)
    assert str(raised.value) == problem
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("words", "code"), [([], 2), (["load"], 2), (["load", "--help"], 0)])
def test_the_help_ends_with_its_own_code(capsys, words, code):
    assert run(words) == code
    shown = capsys.readouterr()
    assert f"Usage: {' '.join(['hallmark', *words[:1]])} " in shown.out
    assert shown.err == ""


def test_a_command_ends_with_its_own_code(monkeypatch):
    monkeypatch.setattr(policy_command, "policy_command", lambda *_: 1)
    assert run(["policy", "any"]) == 1


def test_a_question_that_is_not_answered_with_yes_ends_the_command(monkeypatch, capsys):
    def refuse(*_):
        raise typer.Abort

    monkeypatch.setattr(policy_command, "policy_command", refuse)
    assert run(["policy", "any"]) == 1
    assert capsys.readouterr() == ("", "hallmark: nothing was changed\n")


@pytest.fixture(scope="module")
def loaded_at_the_start():
    program = "import sys, hallmark.cli; print(*sys.modules)"
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize("words", [["--help"], ["send", "--help"], ["systems", "--help"], ["policy", "--help"]])
def test_the_help_imports_no_wing(words):
    program = f"import sys\nfrom hallmark.cli import run\nrun({words!r})\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    loaded = done.stdout.splitlines()[-1].split()
    assert "hallmark.systems.own_commands" in loaded
    assert [name for name in loaded if name.startswith("hallmark.systems.") and name.rsplit(".")[-1] in NAMES] == []


@pytest.mark.parametrize("module", ["boto3", "pydantic", "aws_cdk", "locust"])
def test_the_start_loads_no_more_than_it_needs(loaded_at_the_start, module):
    assert "hallmark.cli" in loaded_at_the_start
    assert module not in loaded_at_the_start
