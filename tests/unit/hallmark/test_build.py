"""Who only reads what was made refuses that of other sources."""

from pathlib import Path

import pytest

from hallmark import build
from hallmark.build import Step, require_current
from infra.errors import UserError


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    """A step that has been done in a checkout of its own."""
    monkeypatch.setattr(build, "ROOT", tmp_path)
    (tmp_path / "source.py").write_text("one")
    output = tmp_path / "out"
    output.mkdir()
    (output / "made.json").write_text("{}")
    made = Step("make it", ("*.py",), output, "*.json", make=lambda: None)
    made.stamp.write_text(made.digest())
    require_current((made,))
    return made


@pytest.mark.parametrize("changed", ["source.py", "out/made.json", "out/.hallmark-stamp"])
def test_what_changed_is_refused(step: Step, changed: str) -> None:
    (build.ROOT / changed).write_text("two")
    with pytest.raises(UserError, match=r"^out is older than its sources: run `hallmark build`$"):
        require_current((step,))


def test_what_came_is_refused(step: Step) -> None:
    (build.ROOT / "another.py").write_text("two")
    with pytest.raises(UserError, match="older than its sources"):
        require_current((step,))


def test_what_is_missing_is_refused(step: Step) -> None:
    step.stamp.unlink()
    with pytest.raises(UserError, match=r"^out is older than its sources: run `hallmark build`$"):
        require_current((step,))
