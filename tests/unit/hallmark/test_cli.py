"""The command: all of its subcommands are there, and starting it does not load what only some of them need."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from hallmark.cli import COMMANDS, app


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does(name):
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert f"Usage: root {name} " in shown.output


def test_the_help_names_every_command_in_order():
    shown = CliRunner().invoke(app, ["--help"]).output
    places = [shown.index(f"│ {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_a_misspelt_command_is_answered_with_the_one_that_was_meant():
    answer = CliRunner().invoke(app, ["redriv"])
    assert answer.exit_code == 2
    assert "Did you mean 'redrive'?" in answer.output


@pytest.fixture(scope="module")
def loaded_at_the_start():
    program = "import sys, hallmark.cli; print(*sys.modules)"
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize("module", ["boto3", "pydantic", "aws_cdk", "locust"])
def test_the_start_loads_no_more_than_it_needs(loaded_at_the_start, module):
    assert "hallmark.cli" in loaded_at_the_start
    assert module not in loaded_at_the_start
