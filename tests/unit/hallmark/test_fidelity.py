"""fidelity.yaml, the extensions, the cards and the catalogues tell the same story."""

import re
from pathlib import Path
from typing import Any

import pytest

from hallmark import catalogue, fidelity, yaml_lines
from hallmark.stage.embedded import extensions
from infra.errors import UserError
from policies.engine import library

FOLDER = Path(extensions.__file__).parent
ROWS: list[dict[str, Any]] = yaml_lines.read(FOLDER.parent / "fidelity.yaml")
HELPERS = {
    "__init__",
    "call_names",
    "callers",
    "iam_judge",
    "image_sources",
    "processor_use",
    "provisioning",
    "stream_batches",
    "stream_lanes",
}
# Of what is there only for speed, these change how the emulator's process runs, not what it answers.
PROCESS = {"__init__", "background_priority", "own_calls", "single_write", "tuning"}


def test_every_extension_is_installed_and_has_a_row() -> None:
    for_speed = {path.stem for path in (FOLDER.parent / "speed").glob("*.py")} - PROCESS
    modules = ({path.stem for path in FOLDER.glob("*.py")} - HELPERS) | for_speed
    assert sorted(name.rpartition(".")[2] for name in extensions.EXTENSIONS) == sorted(modules)
    assert {name for row in ROWS for name in row.get("by", [])} == modules


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["behaviour"])
def test_a_row_is_complete(row: dict[str, Any]) -> None:
    assert set(row) <= {"id", "behaviour", "proof", "fidelity", "by", "limit", "unread", "operations"}
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", row["id"])
    assert row.get("proof") in (None, "observed")
    assert row["fidelity"] in {"native", "extended", "absent"}
    assert bool(row.get("by")) == (row["fidelity"] == "extended")
    if "unread" in row:
        assert (row["fidelity"], bool(row["limit"])) == ("absent", True)
        assert row["unread"] == "everywhere" or (row["unread"] == "embedded" and row["operations"])


def test_every_row_has_an_id_of_its_own_and_something_rests_on_it() -> None:
    ids = [row["id"] for row in ROWS]
    assert len(set(ids)) == len(ids)
    named = [names for system in catalogue.systems() for names in catalogue.load(system).behaviours.values()]
    cards = [catalogue.card(policy).behaviours for policy in library.names()]
    assert {name for names in (*named, *cards) for name in names} == {row["id"] for row in ROWS if "unread" not in row}


def test_every_control_that_is_read_back_has_a_row_of_settings() -> None:
    for system in catalogue.systems():
        for control in catalogue.load(system).controls:
            assert bool(fidelity.of_control(control.id, "observed")) == control.asks_for("observed"), control.id


def test_every_control_that_a_stage_must_show_says_what_it_rests_on() -> None:
    for system in catalogue.systems():
        for control in catalogue.load(system).controls:
            shown = any(proof.kind in ("behaviour", "load") and not proof.needs_aws for proof in control.proofs)
            assert not shown or fidelity.of_control(control.id), control.id


def test_what_a_control_rests_on_comes_with_its_limit() -> None:
    found = {one.id: one for one in fidelity.behaviours("RT_ALARM_DLQ")}
    kept, done = found["alarms-kept"], found["alarm-states"]
    assert (kept.proof, kept.fidelity, kept.limit) == ("observed", "extended", "")
    assert (done.proof, done.fidelity) == ("behaviour", "absent")
    assert done.limit == "alarms are stored and readable; they do not change state"
    assert fidelity.behaviours("RT_NO_SUCH") == ()


def test_a_behaviour_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "fidelity.yaml"
    file.write_text("- {id: one, behaviour: one, fidelity: native}\n", encoding="utf-8")
    with pytest.raises(
        UserError, match=r"^[A-Z]+_\w+ rests on the behaviour '[a-z-]+', which fidelity\.yaml does not have$"
    ):
        fidelity.of_control("RT_AUDIT", file=file)


def test_a_setting_can_be_kept_though_nothing_is_done_about_it() -> None:
    assert fidelity.of_control("RT_FN_MEMORY", "observed") == "native"
    assert fidelity.of_control("RT_FN_MEMORY", "behaviour") == "absent"


def test_it_is_the_worst_of_the_rows(tmp_path: Path) -> None:
    file, folder = tmp_path / "fidelity.yaml", tmp_path / "controls"
    folder.mkdir()
    names = ("native", "extended", "absent")
    file.write_text("".join(f"- {{id: {name}, behaviour: x, fidelity: {name}}}\n" for name in names))
    texts = "title: T, statement: S, severity: low, anchor: A, why: W, fix: F, frameworks: {pci: [7.2.1], nist: [AC-6]}"
    rests = (
        ("RT_A", "[native]"),
        ("RT_B", "[native, extended]"),
        ("RT_C", "[extended, absent, native]"),
        ("RT_D", "[]"),
    )
    rows = "".join(f"- {{id: {name}, proofs: [load], behaviours: {ids}, {texts}}}\n" for name, ids in rests)
    (folder / "own.yaml").write_text(f"region: us-east-1\nstages: [dev]\ncontrols:\n{rows}")
    found = [fidelity.of_control(f"RT_{name}", file=file, folder=folder) for name in "ABCDE"]
    assert found == ["native", "extended", "absent", None, None]
