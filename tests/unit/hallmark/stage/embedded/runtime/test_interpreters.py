"""A function's interpreter is the runtime's, if the machine has one that finds boto3; else the project's own."""

import sys
from pathlib import Path

import pytest

from hallmark.stage.embedded.runtime import interpreters

UNKNOWN = "python3.987"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with a folder of programs, and without pyenv and uv."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, place in {"PATH": "programs", "PYENV_ROOT": "pyenv", "UV_PYTHON_INSTALL_DIR": "uv"}.items():
        monkeypatch.setenv(name, str(tmp_path / place))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(interpreters, "PYTHON_RUNTIMES", tmp_path / "runtimes")
    interpreters.interpreter_of.cache_clear()
    interpreters._shared_packages.cache_clear()
    return tmp_path


def _program(path: Path, script: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_the_projects_own_stands_in_for_one_that_is_missing_or_fails(machine: Path) -> None:
    assert interpreters.interpreter_of(UNKNOWN).program == sys.executable
    interpreters.interpreter_of.cache_clear()
    _program(machine / "programs" / UNKNOWN, "exit 127")
    assert interpreters.interpreter_of(UNKNOWN).program == sys.executable


@pytest.mark.parametrize(
    "place",
    [
        "programs/{}",
        "programs/python3",
        "programs/python",
        "pyenv/versions/3.987.1/bin/{}",
        "uv/cpython-3.987.1-linux-x86_64/bin/{}",
    ],
)
def test_a_program_of_the_version_is_taken_with_the_folder_of_its_boto3(machine: Path, place: str) -> None:
    program = _program(machine / place.format(UNKNOWN), "echo /its/packages")
    assert interpreters.interpreter_of(UNKNOWN) == interpreters.Interpreter(program, "/its/packages")


def test_a_shim_that_fails_does_not_hide_the_program_behind_it(machine: Path) -> None:
    _program(machine / "programs" / UNKNOWN, "exit 127")
    program = _program(machine / "pyenv/versions/3.987.1/bin" / UNKNOWN, "echo /its/packages")
    assert interpreters.interpreter_of(UNKNOWN).program == program


def test_uv_keeps_programs_below_the_folder_of_data(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_PYTHON_INSTALL_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(machine / "data"))
    program = _program(machine / "data/uv/python/cpython-3.987.2-linux-x86_64/bin" / UNKNOWN, "echo /its/packages")
    assert interpreters.interpreter_of(UNKNOWN).program == program


def test_one_that_fails_does_not_hide_another_in_path(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{machine / 'shims'}:{machine / 'programs'}")
    _program(machine / "shims" / UNKNOWN, "exit 127")
    program = _program(machine / "programs" / UNKNOWN, "echo /its/packages")
    assert interpreters.interpreter_of(UNKNOWN).program == program


def test_the_packages_of_the_runtime_come_before_the_programs_own(machine: Path) -> None:
    laid_out = machine / "runtimes" / UNKNOWN
    laid_out.mkdir(parents=True)
    assert interpreters.interpreter_of(UNKNOWN) == interpreters.Interpreter(sys.executable, str(laid_out))
    version = ".".join(map(str, sys.version_info[:2]))
    (laid_out / "boto3.py").write_text("")
    assert interpreters._packages_of(sys.executable, version, str(laid_out)) != str(laid_out.parent)
    assert interpreters._packages_of(sys.executable, version, str(laid_out), True) == str(laid_out.parent)


def test_what_functions_import_is_boto3_and_its_needs(machine: Path) -> None:
    version = ".".join(map(str, sys.version_info[:2]))
    found = interpreters.interpreter_of(f"python{version}")
    assert found.program == sys.executable
    assert {path.stem for path in Path(found.packages).iterdir()} == set(interpreters.PROVIDED)
    assert interpreters._packages_of(sys.executable, version, found.packages)
    assert interpreters._packages_of(sys.executable, "3.987", found.packages) is None
