"""The list of planned proofs is exact, or refused."""

from pathlib import Path

import pytest

from hallmark.errors import UserError
from hallmark.report import planned


def test_pairs(tmp_path: Path) -> None:
    file = tmp_path / "planned.yaml"
    file.write_text("load: [RT_A]\nobserved:\n  - RT_B\n")
    assert planned.load(file) == {("RT_A", "load"), ("RT_B", "observed")}


def test_without_a_list_nothing_is_planned(tmp_path: Path) -> None:
    assert planned.load(tmp_path / "planned.yaml") == frozenset()


@pytest.mark.parametrize(
    ("text", "told"), [("later: [RT_A]", "no kind of proof"), ("load: RT_A", "lists of control ids")]
)
def test_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "planned.yaml"
    file.write_text(text)
    with pytest.raises(UserError, match=told):
        planned.load(file)
