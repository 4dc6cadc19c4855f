"""Progress bars: shown with the first phase, and no output without one."""

import io
from collections import Counter

import pytest
from rich.console import Console

from hallmark import terminal
from hallmark.progress import Progress


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is printed on stderr."""
    text = io.StringIO()
    monkeypatch.setattr(terminal, "err", Console(file=text))
    return text


def test_nothing_is_printed_without_a_phase(shown: io.StringIO) -> None:
    with pytest.raises(ValueError, match="early"), terminal.progress_bars():
        raise ValueError("early")
    assert shown.getvalue() == ""


def test_a_phase_has_a_bar(shown: io.StringIO) -> None:
    with terminal.progress_bars() as report:
        report(Progress("sending", 1, 2, Counter()))
        report(Progress("sending", 2, 2, Counter()))
    assert "sending" in shown.getvalue()
    assert "2/2" in shown.getvalue()
