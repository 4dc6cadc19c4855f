"""fidelity.yaml and the extensions tell the same story."""

from pathlib import Path
from typing import Any

import pytest

from hallmark import catalogue, fidelity, yaml_lines
from hallmark.stage.embedded import extensions

FOLDER = Path(extensions.__file__).parent
ROWS: list[dict[str, Any]] = yaml_lines.read(FOLDER.parent / "fidelity.yaml")
HELPERS = {"__init__", "call_names", "iam_judge", "provisioning"}
# Of what is there only for speed, these change how the emulator's process runs, not what it answers.
PROCESS = {"__init__", "background_priority", "single_write", "tuning"}


def test_every_extension_is_installed_and_has_a_row() -> None:
    for_speed = {path.stem for path in (FOLDER.parent / "speed").glob("*.py")} - PROCESS
    modules = ({path.stem for path in FOLDER.glob("*.py")} - HELPERS) | for_speed
    assert sorted(name.rpartition(".")[2] for name in extensions.EXTENSIONS) == sorted(modules)
    assert {name for row in ROWS for name in row.get("by", [])} == modules


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["behaviour"])
def test_a_row_is_complete(row: dict[str, Any]) -> None:
    assert set(row) <= {"behaviour", "proof", "fidelity", "by", "controls", "limit"}
    assert row.get("proof") in (None, "observed")
    assert row["fidelity"] in {"native", "extended", "absent"}
    assert bool(row.get("by")) == (row["fidelity"] == "extended")
    assert row["controls"]


def test_every_control_that_is_read_back_has_a_row_of_settings() -> None:
    settings = {control for row in ROWS if row.get("proof") == "observed" for control in row["controls"]}
    assert settings == {control.id for control in catalogue.load("realtime").controls if control.asks_for("observed")}


def test_a_setting_can_be_kept_though_nothing_is_done_about_it() -> None:
    assert fidelity.of_control("RT_FN_MEMORY", "observed") == "native"
    assert fidelity.of_control("RT_FN_MEMORY", "behaviour") == "absent"
