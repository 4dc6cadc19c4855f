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


@pytest.mark.parametrize("module", ["boto3", "pydantic", "aws_cdk", "locust"])
def test_the_start_loads_no_more_than_it_needs(module):
    program = f"import sys, hallmark.cli; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
