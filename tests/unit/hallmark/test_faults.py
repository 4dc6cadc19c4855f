"""The table of faults is well formed, and a wrong one is refused in one line."""

from pathlib import Path

import pytest

from hallmark.faults import load
from infra.errors import UserError

GOOD = "- {id: a, fault: f, injection: i, expected: e}\n"


def test_the_systems_table() -> None:
    assert len(load("realtime")) >= 14
    assert sum(not spec.embedded_only for spec in load("realtime")) >= 5


def test_a_system_without_a_table_has_no_faults(tmp_path: Path) -> None:
    assert load("realtime", tmp_path) == ()


@pytest.mark.parametrize("text", [GOOD * 2, "- {id: a}", "- {", f"{GOOD[:-2]}, more: 1}}", "1"])
def test_a_wrong_table(tmp_path: Path, text: str) -> None:
    (tmp_path / "realtime.yaml").write_text(text)
    with pytest.raises(UserError, match=r"realtime\.yaml:([12]:)? "):
        load("realtime", tmp_path)
