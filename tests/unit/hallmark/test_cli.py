"""The command: all of its subcommands are there, and starting it does not load what only some of them need."""

import re
import subprocess
import sys

import pytest
import typer
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from typer.testing import CliRunner

from hallmark import __version__, policy_command, project
from hallmark.cli import COMMANDS, LIGHT, app, main, run
from infra.errors import UserError
from infra.systems import NAMES


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does(name):
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert f"Usage: root {name} " in shown.output


@pytest.mark.parametrize("words", [[], *([name] for name in (*COMMANDS, *NAMES)), ["load", "run"]])
def test_h_is_help_everywhere(words):
    short, long = (CliRunner().invoke(app, [*words, option]) for option in ("-h", "--help"))
    assert (short.exit_code, short.output) == (0, long.output)


def test_a_help_breaks_its_lines_where_the_terminal_ends():
    shown = CliRunner().invoke(app, ["drift", "--help"], terminal_width=200, env={"COLUMNS": "200"}).output
    assert "and with how to mend it. What is not read is listed in the end." in shown


def test_the_help_names_every_command_in_order():
    shown = CliRunner().invoke(app, ["--help"]).output
    places = [shown.index(f"│ {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_the_list_imports_no_command():
    program = "import sys\nfrom hallmark.cli import run\nrun(['--help'])\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    loaded = done.stdout.splitlines()[-1].split()
    ours = [name for name in loaded if name.startswith(("hallmark.commands", "hallmark.systems."))]
    assert ours == ["hallmark.systems.own_commands"]


@pytest.mark.parametrize("words", [[], *([name] for name in NAMES)])
def test_a_list_says_what_each_help_says(words):
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "300"}, terminal_width=300).output
    rows = dict(line.strip("│ ").split(None, 1) for line in shown.splitlines() if re.match("│ [a-z]", line))
    assert rows
    for name, said in rows.items():
        own = CliRunner().invoke(app, [*words, name, "--help"], env={"COLUMNS": "300"}, terminal_width=300).output
        assert said.strip() in own


def test_the_version_has_the_checkouts_commit():
    shown = CliRunner().invoke(app, ["--version"])
    assert shown.exit_code == 0
    assert re.fullmatch(rf"hallmark {__version__} \(revision \w+(, with uncommitted changes)?\)\n", shown.output)


def test_the_version_of_a_package_has_no_commit(monkeypatch, tmp_path):
    monkeypatch.setattr(project, "ROOT", tmp_path)
    assert CliRunner().invoke(app, ["--version"]).output == f"hallmark {__version__}\n"


NEEDS = 'this command needs hallmark[pipelines]: pip install "hallmark[pipelines]"'


@pytest.mark.parametrize(
    ("pipelines", "checkout", "problem"),
    [
        (False, True, NEEDS),
        (False, False, f"{NEEDS}, and a checkout of the project"),
        (
            True,
            False,
            'this command needs a checkout of the project: clone it, then `pip install -e ".[pipelines]"` there',
        ),
    ],
)
@pytest.mark.parametrize("words", [*([name] for name in COMMANDS if name not in LIGHT), [NAMES[0], "audit", "x"]])
def test_a_command_without_what_it_needs_says_so(monkeypatch, tmp_path, words, pipelines, checkout, problem):
    monkeypatch.setattr(project, "_has_pipelines", lambda: pipelines)
    if not checkout:
        monkeypatch.setattr(project, "ROOT", tmp_path)
    with pytest.raises(UserError) as raised:
        run(words)
    assert str(raised.value) == problem


def test_what_cannot_run_here_has_a_panel_of_its_own(monkeypatch):
    monkeypatch.setattr(project, "_has_pipelines", lambda: False)
    shown = CliRunner().invoke(app, ["--help"]).output
    here, _, elsewhere = shown.partition("With hallmark[pipelines], in a checkout of the project")
    every = (*COMMANDS, *NAMES)
    assert [name for name in every if f"│ {name} " in here] == [name for name in every if name in LIGHT]
    assert [name for name in every if f"│ {name} " in elsewhere] == [name for name in every if name not in LIGHT]


def test_a_module_that_is_not_installed_is_one_line(monkeypatch, capsys):
    def absent(*_):
        raise ModuleNotFoundError("No module named 'boto3'", name="boto3")

    monkeypatch.setattr(policy_command, "policy_command", absent)
    monkeypatch.setattr(sys, "argv", ["hallmark", "policy", "any"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"hallmark: {NEEDS} (no module boto3 is installed)\n"


def test_a_module_of_our_own_that_is_missing_is_no_mistake_of_the_user(monkeypatch):
    def absent(*_):
        raise ModuleNotFoundError("No module named 'hallmark.x'", name="hallmark.x")

    monkeypatch.setattr(policy_command, "policy_command", absent)
    monkeypatch.setattr(sys, "argv", ["hallmark", "policy", "any"])
    with pytest.raises(ModuleNotFoundError):
        main()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoCredentialsError(), "no AWS credentials were found: set AWS_PROFILE, or run `aws configure`"),
        (EndpointConnectionError(endpoint_url="u"), 'Could not connect to the endpoint URL: "u"'),
    ],
)
def test_an_error_of_boto3_is_one_line(monkeypatch, capsys, error, said):
    def fail(*_):
        raise error

    monkeypatch.setattr(policy_command, "policy_command", fail)
    monkeypatch.setattr(sys, "argv", ["hallmark", "policy", "any"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"hallmark: {said}\n"


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


@pytest.mark.parametrize("module", ["boto3", "botocore", "pydantic", "aws_cdk", "locust"])
def test_the_start_loads_no_more_than_it_needs(loaded_at_the_start, module):
    assert "hallmark.cli" in loaded_at_the_start
    assert module not in loaded_at_the_start
