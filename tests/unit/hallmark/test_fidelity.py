"""fidelity.yaml and the extensions tell the same story."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hallmark.stage.embedded import extensions

FOLDER = Path(extensions.__file__).parent
ROWS: list[dict[str, Any]] = yaml.safe_load((FOLDER.parent / "fidelity.yaml").read_text())
HELPERS = {"__init__", "provisioning"}


def test_every_extension_is_installed_and_has_a_row() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - HELPERS
    assert {module.__name__.rsplit(".", 1)[1] for module in extensions.EXTENSIONS} == modules
    assert {name for row in ROWS for name in row.get("by", [])} == modules


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["behaviour"])
def test_a_row_is_complete(row: dict[str, Any]) -> None:
    assert set(row) <= {"behaviour", "fidelity", "by", "controls", "limit"}
    assert row["fidelity"] in {"native", "extended", "absent"}
    assert bool(row.get("by")) == (row["fidelity"] == "extended")
    assert row["controls"]
