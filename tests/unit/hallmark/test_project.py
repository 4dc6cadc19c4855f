"""Node.js is started directly, wherever its wheel has put it, and found in PATH without the wheel."""

from pathlib import Path

import pytest

from hallmark import project


def test_it_is_the_program_and_no_script() -> None:
    with Path(project.node()).open("rb") as program:
        assert program.read(2) != b"#!"


def test_without_the_wheel_it_is_whatever_path_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "find_spec", lambda _: None)
    assert project.node() == project.tool("node")
