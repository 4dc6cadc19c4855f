"""Evidence is kept while nothing that it follows from has changed; anything unknown means that its gate runs."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hallmark.evidence import Evidence, keeping, manifest, marks, record, recorder
from hallmark.evidence.inputs import Inputs, digest_of
from hallmark.evidence.recorder import recorded
from hallmark.project import ROOT

GATE, SYSTEM = "mutants", "screening"
TEMPLATES = {"screening-dev": "d" * 64}
INPUTS = Inputs({"infra/a.py": "1" * 64, "infra/screening/b.py": "2" * 64, "requirements/dev.txt": "3" * 64})
CARD = "policies/waivers.yaml"
Change = Callable[[Path, pytest.MonkeyPatch], object]


@pytest.fixture(autouse=True)
def tree(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A tree with three inputs and one template, and nothing that makes every gate run."""
    for name in (*keeping.RUNNING, "HALLMARK_TARGET"):
        monkeypatch.delenv(name, raising=False)
    _is(monkeypatch, INPUTS)
    monkeypatch.setattr(keeping, "template_digests", lambda system: TEMPLATES)
    monkeypatch.setattr(recorder, "template_files", lambda system: {})
    yield


def _is(monkeypatch: pytest.MonkeyPatch, inputs: Inputs) -> None:
    for module in ("keeping", "recorder", "stored"):
        monkeypatch.setattr(f"hallmark.evidence.{module}.inputs_of", lambda *_: inputs)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Evidence of a run that passed, and rests on a file of the checkout."""
    made(tmp_path)
    return tmp_path


def made(folder: Path, passed: bool = True) -> None:
    with recorded(GATE, SYSTEM, folder=folder, templates=lambda _: TEMPLATES) as run:
        run.mutants = record.Mutants(2, 2 if passed else 1, () if passed else ("one",))
        run.files.append(ROOT / CARD)


def kept(folder: Path) -> Evidence | None:
    return keeping.kept(GATE, SYSTEM, folder=folder)


def test_nothing_changed(folder: Path) -> None:
    evidence = kept(folder)
    assert evidence and evidence.outcome == "passed"
    line = keeping.noted(evidence, folder)
    parts = ", ".join(f"{part} {digest[:12]}" for part, digest in sorted(INPUTS.parts.items()))
    assert line.startswith(f"kept: screening: unchanged since {evidence.started} (inputs {parts})")
    assert marks.kept_at(evidence, folder) and kept(folder) == evidence, "it is kept again, and says so"


def test_who_made_it_makes_it_new(folder: Path) -> None:
    made(folder)
    evidence = kept(folder)
    assert evidence and not marks.kept_at(evidence, folder)


def edited(name: str, **values: Any) -> Change:
    def change(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = folder / SYSTEM / name
        file.write_text(json.dumps(json.loads(file.read_text()) | values))

    return change


def forged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Edit evidence, and compute its digests in the manifest and in the mark anew."""
    file = folder / SYSTEM / f"{GATE}.json"
    data = json.loads(file.read_text())
    file.write_text(json.dumps(data | {"inputs": dict(data["inputs"], trunk="0" * 64)}))
    rows = manifest.read(folder).of(GATE, SYSTEM)
    label = record.label_of(file)
    manifest.replace(folder, GATE, SYSTEM, {**rows, label: digest_of(file)})
    edited(f"{GATE}.mark", evidence=digest_of(file))(folder, monkeypatch)


def around(**values: str) -> Change:
    def change(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        then = marks.around
        monkeypatch.setattr(marks, "around", lambda day: then(day) | values)

    return change


def variable(name: str, value: str = "1") -> Change:
    return lambda folder, monkeypatch: monkeypatch.setenv(name, value)


def inputs(**files: str) -> Change:
    changed = Inputs({**INPUTS.files, **{name.replace("__", "/"): digest for name, digest in files.items()}})
    return lambda folder, monkeypatch: _is(monkeypatch, changed)


CHANGES: dict[str, Change] = {
    **{f"{name} is set": variable(name) for name in keeping.RUNNING},
    "another setting of ours": variable("HALLMARK_EXECUTIONS"),
    "AWS is the target": variable("HALLMARK_TARGET", "aws"),
    **{
        f"other {name}": around(**{name: "other"})
        for name in ("checkout", "machine", "user", "interpreter", "packages", "variables", "day")
    },
    "other npm packages": around(**{"npm packages": "other"}),
    "another version of a tool": lambda _, patch: patch.setattr(
        "hallmark.evidence.circumstances.versions", lambda gate: {"python": "0"}
    ),
    "a file of the trunk": inputs(**{"infra__a": "4" * 64}),
    "a file of the system": inputs(**{"infra__screening__c": "4" * 64}),
    "a lock": inputs(**{"requirements__other": "4" * 64}),
    "another template": lambda _, patch: patch.setattr(
        keeping, "template_digests", lambda _: {"screening-dev": "e" * 64}
    ),
    "the evidence is edited": edited(f"{GATE}.json", seconds=0.0),
    "the evidence is forged": forged,
    "the mark is gone": lambda folder, _: record.forget(GATE, SYSTEM, folder),
    "the mark is no JSON": lambda folder, _: (folder / SYSTEM / f"{GATE}.mark").write_text("{"),
    "the mark is a list": lambda folder, _: (folder / SYSTEM / f"{GATE}.mark").write_text("[]"),
    "the evidence is gone": lambda folder, _: (folder / SYSTEM / f"{GATE}.json").unlink(),
    "the listing is gone": lambda folder, _: (folder / SYSTEM / f"{GATE}.inputs").unlink(),
    "the manifest is gone": lambda folder, _: manifest.file_of(folder).unlink(),
    "the manifest is no JSON": lambda folder, _: manifest.file_of(folder).write_text("{"),
    "it failed": lambda folder, _: made(folder, passed=False),
    "an artifact changed": lambda _, patch: patch.setattr(
        "hallmark.evidence.stored.digest_of", lambda path: "0" * 64 if path == ROOT / CARD else digest_of(path)
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_anything_that_changed_means_that_the_gate_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    change(folder, monkeypatch)
    assert kept(folder) is None


def test_a_run_of_another_kind_is_not_kept(folder: Path) -> None:
    assert keeping.kept(GATE, SYSTEM, lambda evidence: False, folder) is None


def test_a_copy_of_the_folder_is_kept_nowhere_else(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    copy = tmp_path_factory.mktemp("copy") / "evidence"
    (copy / SYSTEM).mkdir(parents=True)
    for file in (path for path in folder.rglob("*") if path.is_file()):
        (copy / file.relative_to(folder)).write_bytes(file.read_bytes())
    assert kept(copy) is None, "the manifest lists files of another folder"
