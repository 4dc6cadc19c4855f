"""The shells' completion: each shell's own question is answered, cheaply, and its script can be shown and installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hallmark import completion
from hallmark.cli import COMMANDS, run
from hallmark.project import ROOT
from infra.errors import UserError
from infra.systems import NAMES, STAGES

# What each shell's script sets for the words typed so far.
ASKING = {
    "bash": lambda words: {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)},
    "zsh": lambda words: {"_TYPER_COMPLETE_ARGS": " ".join(words)},
    "fish": lambda words: {"_TYPER_COMPLETE_ARGS": " ".join(words), "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
}


def _asked(shell: str, *words: str) -> subprocess.CompletedProcess[str]:
    asking = {"_HALLMARK_COMPLETE": f"complete_{shell}", **ASKING[shell](["hallmark", *words])}
    command = [sys.executable, "-m", "hallmark"]
    return subprocess.run(command, env={**os.environ, **asking}, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("shell", ASKING)
def test_each_shell_gets_the_commands(shell: str) -> None:
    done = _asked(shell, "")
    assert (done.returncode, done.stderr) == (0, "")
    assert [name for name in (*COMMANDS, *NAMES) if name not in done.stdout] == []


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["load", "run", "st"], ["steady"]),
        (["send", "--system", "real"], ["realtime"]),
        (["up", "--stage", ""], list(STAGES)),
        (["policy", "--control", "RT_FN_RU"], ["RT_FN_RUNTIME"]),
        (["policy", "--explain", "buckets/pri"], ["buckets/private"]),
        (["policy", "--catalogue", "server"], ["serverless-baseline"]),
        (["realtime", "re"], ["replay"]),
        (["merchant_upload", "nothing", "x"], []),
    ],
    ids=" ".join,
)
def test_words_of_a_command_are_completed(words: list[str], wanted: list[str]) -> None:
    done = _asked("bash", *words)
    assert (done.returncode, done.stderr, done.stdout.split()) == (0, "", wanted)


def test_ids_are_those_of_the_files() -> None:
    assert "RT_FN_RUNTIME" in completion.controls("RT_")
    assert completion.explained("functions/trac") == ["functions/traced"]
    assert completion.policies("nothing/") == []


def test_files_are_catalogues_too(tmp_path: Path) -> None:
    (tmp_path / "rows.yaml").touch()
    (tmp_path / "more").mkdir()
    assert completion.catalogues(f"{tmp_path}/") == [f"{tmp_path}/more/", f"{tmp_path}/rows.yaml"]
    assert completion.catalogues(f"{tmp_path}/ro") == [f"{tmp_path}/rows.yaml"]


@pytest.mark.parametrize("shell", ASKING)
def test_a_script_is_shown(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        run([completion.SHOW, shell])
    shown = capsys.readouterr().out
    assert f"_HALLMARK_COMPLETE=complete_{shell}" in shown


@pytest.mark.parametrize(
    ("shell", "place"),
    [
        ("bash", ".bash_completions/hallmark.sh"),
        ("zsh", ".zfunc/_hallmark"),
        ("fish", ".config/fish/completions/hallmark.fish"),
    ],
)
def test_a_script_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], shell: str, place: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SystemExit, match=r"^0$"):
        run([completion.INSTALL, shell])
    assert f"complete_{shell}" in (tmp_path / place).read_text(encoding="utf-8")
    assert str(tmp_path / place) in capsys.readouterr().out


@pytest.mark.parametrize("option", [completion.SHOW, completion.INSTALL])
def test_an_unknown_shell_is_one_line(option: str) -> None:
    with pytest.raises(UserError, match="no completion for the shell tcsh: use one of bash, zsh, fish"):
        run([option, "tcsh"])


def test_without_a_shell_around_it_one_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import shellingham

    def fail() -> None:
        raise shellingham.ShellDetectionFailure

    monkeypatch.setattr(shellingham, "detect_shell", fail)
    with pytest.raises(UserError, match="name one after the option, such as `--show-completion bash`"):
        run([completion.SHOW])


def test_bash_completes_with_the_script_it_gets(tmp_path: Path) -> None:
    command = tmp_path / "hallmark"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m hallmark "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    typed = f"""
      PATH="{tmp_path}:$PATH"
      source <(hallmark --show-completion bash)
      COMP_WORDS=(hallmark load run sm) COMP_CWORD=3
      _hallmark_completion hallmark
      echo "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", typed], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "smoke\n"
