"""Every kind of tampering with evidence and artifacts is refused, in one clause; what is as it was left counts."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hallmark.evidence import (
    Evidence,
    Fault,
    Finding,
    Mutants,
    Place,
    Proof,
    PytestCounts,
    ToolFinding,
    manifest,
    write,
)
from hallmark.evidence.inputs import digest_of, inputs_of
from hallmark.evidence.stored import Stored, Tree, concerns, stored

TEMPLATES = {"realtime-dev": "d" * 64}
OBSERVED, TEST = "build/observed/realtime-dev.template.json", "tests/integration/realtime/test_api.py"
OTHERS = "build/observed/merchant-upload-dev.template.json"
FILES = (
    *("infra/realtime/stack.py", "infra/app.py", "policies/waivers.yaml", "requirements/dev.txt", TEST),
    *(OBSERVED, OTHERS, "build/cdk.out/asset.1/index.js", "infra/merchant_upload/stack.py", "README.md"),
)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A checkout with evidence of two gates of a system and of one of the house."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    made = Tree("realtime", TEMPLATES, tmp_path / "build" / "evidence", tmp_path)
    for evidence in (_observed(made), _integration(made), _checkov(made)):
        _write(evidence, made)
    return made


def _write(evidence: Evidence, tree: Tree) -> Path:
    inputs = inputs_of(evidence.gate, evidence.system, tree.root)
    return write(replace(evidence, inputs=inputs.parts), tree.folder, inputs)


def _blank(gate: str, **given: Any) -> Evidence:
    places = (Place("realtime", "dev", "eu-central-1", "000000000000"),)
    base = Evidence(gate, "passed", 1.0, "2025-11-21T12:00:00Z", "a" * 40, TEMPLATES, "embedded", places=places)
    base = replace(base, system="realtime")
    return replace(base, user="someone", host="somewhere", versions={"python": "3.11"}, **given)


def _observed(tree: Tree) -> Evidence:
    finding = Finding("Rule", "Path", "this", "that")
    digest = digest_of(tree.root / OBSERVED)
    proofs = [Proof(name, "observed", "passed", OBSERVED, digest, "dev") for name in ("RT_A", "RT_B")]
    return _blank("observed", proofs=(replace(proofs[0], findings=(finding,)), proofs[1]))


def _integration(tree: Tree) -> Evidence:
    proof = Proof("RT_A", "behaviour", "passed", f"{TEST}::test_it[dev]", digest_of(tree.root / TEST))
    code = "build/cdk.out/asset.1"
    return _blank(
        "integration",
        proofs=(proof,),
        tests=PytestCounts(1),
        artifacts={code: digest_of(tree.root / code)},
        faults=(Fault("killed", "", 3, 0, 0),),
    )


def _checkov(tree: Tree) -> Evidence:
    proofs = [
        Proof(name, "template", "passed", file, digest_of(tree.root / file))
        for name, file in (("RT_A", OBSERVED), ("MU_A", OTHERS))
    ]
    finding = ToolFinding("checkov", "CKV_1", "Rule", OBSERVED, 1, "no", "policies/waivers.yaml:1")
    return _blank("checkov", system=None, target="none", places=(), proofs=tuple(proofs), tool_findings=(finding,))


def _refused(found: Stored, tree: Tree) -> dict[str, str]:
    return {gate: why.replace(f"{tree.root}/", "") for gate, why in found.refused.items()}


def test_what_is_as_its_gates_left_it_counts(tree: Tree) -> None:
    found = stored(tree)
    assert dict(found.refused) == {}
    assert {item.gate for item in found.accepted} == {"observed", "integration", "checkov"}


def _edit(change: Callable[[dict[str, Any]], object], gate: str = "realtime/observed") -> Callable[[Tree], None]:
    def tamper(tree: Tree) -> None:
        file = tree.folder / f"{gate}.json"
        data = json.loads(file.read_text())
        change(data)
        file.write_text(json.dumps(data, indent=1))

    return tamper


def _set(**values: Any) -> Callable[[Tree], None]:
    return _edit(lambda data: data.update(values))


EDITED = "build/evidence/realtime/observed.json was changed after the gate had run"
EDITS: dict[str, Callable[[Tree], None]] = {
    "outcome": _set(outcome="failed"),
    "a proof's outcome": _edit(lambda data: data["proofs"][0].update(outcome="failed")),
    "a finding removed": _edit(lambda data: data["proofs"][0].update(findings=[])),
    "a proof dropped": _edit(lambda data: data["proofs"].pop()),
    "a proof added": _edit(lambda data: data["proofs"].append(data["proofs"][0])),
    "target": _set(target="aws"),
    "commit": _set(commit="b" * 40),
    "time": _set(started="2025-11-22T12:00:00Z"),
    "user": _set(user="another"),
    "versions": _set(versions={"python": "3.12"}),
    "inputs": _set(inputs={}),
    "place": _edit(lambda data: data["places"][0].update(account="1")),
    "white space": lambda tree: (tree.folder / "realtime/observed.json").open("a").write(" ") and None,
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_evidence(tree: Tree, name: str) -> None:
    EDITS[name](tree)
    found = stored(tree)
    assert _refused(found, tree) == {"observed": EDITED}
    assert {item.gate for item in found.accepted} == {"integration", "checkov"}


@pytest.mark.parametrize(
    ("gate", "change"),
    [
        ("realtime/integration", lambda data: data["tests"].update(passed=2)),
        ("realtime/integration", lambda data: data["faults"].pop()),
        ("checkov", lambda data: data["tool_findings"].pop()),
    ],
)
def test_edited_counts(tree: Tree, gate: str, change: Callable[[dict[str, Any]], object]) -> None:
    _edit(change, gate)(tree)
    assert _refused(stored(tree), tree) == {
        Path(gate).name: f"build/evidence/{gate}.json was changed after the gate had run"
    }


def _delete(*names: str) -> Callable[[Tree], None]:
    return lambda tree: [(tree.root / name).unlink() for name in names] and None


def _rewrite(name: str) -> Callable[[Tree], None]:
    return lambda tree: (tree.root / name).write_text("something else") and None


def _with_row(**changes: Any) -> Callable[[Tree], None]:
    def tamper(tree: Tree) -> None:
        file = manifest.file_of(tree.folder)
        data = json.loads(file.read_text())
        data["files"].append({**data["files"][0], **changes})
        file.write_text(json.dumps(data))

    return tamper


def _as_folder(tree: Tree) -> None:
    (tree.root / f"{EVIDENCE}.json").unlink()
    (tree.root / f"{EVIDENCE}.json").mkdir()


def _as_pipe(tree: Tree) -> None:
    (tree.root / OBSERVED).unlink()
    os.mkfifo(tree.root / OBSERVED)


def _as_link(tree: Tree) -> None:
    (tree.root / OBSERVED).rename(tree.root / "build" / "moved")
    (tree.root / OBSERVED).symlink_to(tree.root / "build" / "moved")


def _drop_row(tree: Tree) -> None:
    file = manifest.file_of(tree.folder)
    rows = [row for row in json.loads(file.read_text())["files"] if row["gate"] != "observed"]
    file.write_text(json.dumps({"files": rows}))


def _change_row(tree: Tree) -> None:
    file = manifest.file_of(tree.folder)
    file.write_text(file.read_text().replace(digest_of(tree.root / OBSERVED), "0" * 64))


def _roll_back_manifest(tree: Tree) -> None:
    old = manifest.file_of(tree.folder).read_text()
    _write(replace(_observed(tree), started="2025-11-21T13:00:00Z"), tree)
    manifest.file_of(tree.folder).write_text(old)


def _roll_back_evidence(tree: Tree) -> None:
    file = tree.folder / "realtime" / "observed.json"
    old = file.read_text()
    _write(replace(_observed(tree), started="2025-11-21T13:00:00Z"), tree)
    file.write_text(old)


def _from_elsewhere(tree: Tree) -> None:
    file = tree.folder / "realtime" / "observed.json"
    shutil.copy(file, tree.folder / "realtime" / "policies.json")


def _of_another_system(tree: Tree) -> None:
    shutil.copy(tree.folder / "realtime" / "integration.json", tree.folder / "realtime" / "observed.json")


CHANGED, GONE = "was changed after the gate had run", "is gone"
NOT_LISTED = "the manifest does not list it: it was not made here, or the manifest was changed"
OTHER_FILES = "the manifest lists other files than it"
EVIDENCE, MANIFEST = "build/evidence/realtime/observed", "build/evidence/manifest.json"
ALL_UNREAD = dict.fromkeys(("observed", "integration", "checkov"), f"{MANIFEST} cannot be read")
ODD_ROWS: tuple[dict[str, Any], ...] = (
    *({"gate": "../../x"}, {"gate": "a\0b"}, {"gate": 1}, {"system": [1]}, {"system": "../x"}),
    *({"path": 1}, {"sha256": None}, {"more": 1}),
)


@pytest.mark.parametrize(
    ("tamper", "refused"),
    [
        (_delete(f"{EVIDENCE}.json"), {"observed": f"{EVIDENCE}.json {GONE}"}),
        (_delete(f"{EVIDENCE}.inputs"), {"observed": f"{EVIDENCE}.inputs {GONE}"}),
        (_rewrite(f"{EVIDENCE}.inputs"), {"observed": f"{EVIDENCE}.inputs {CHANGED}"}),
        (_from_elsewhere, {"policies": NOT_LISTED}),
        (_of_another_system, {"observed": f"{EVIDENCE}.json {CHANGED}"}),
        (_delete(MANIFEST), dict.fromkeys(("observed", "integration", "checkov"), f"{MANIFEST} {GONE}")),
        (_rewrite(MANIFEST), dict.fromkeys(("observed", "integration", "checkov"), f"{MANIFEST} cannot be read")),
        (_drop_row, {"observed": NOT_LISTED}),
        *((_with_row(**row), ALL_UNREAD) for row in ODD_ROWS),
        (lambda tree: manifest.file_of(tree.folder).write_text("[" * 100_000) and None, ALL_UNREAD),
        (_as_folder, {"observed": f"{EVIDENCE}.json {CHANGED}"}),
        (_as_pipe, dict.fromkeys(("observed", "checkov"), f"{OBSERVED} {GONE}")),
        (_as_link, dict.fromkeys(("observed", "checkov"), f"{OBSERVED} was replaced by a link")),
        (_change_row, {"observed": OTHER_FILES, "checkov": OTHER_FILES}),
        (_roll_back_manifest, {"observed": f"{EVIDENCE}.json {CHANGED}"}),
        (_roll_back_evidence, {"observed": f"{EVIDENCE}.json {CHANGED}"}),
        (_rewrite(OBSERVED), dict.fromkeys(("observed", "checkov"), f"{OBSERVED} {CHANGED}")),
        (_delete(OBSERVED), dict.fromkeys(("observed", "checkov"), f"{OBSERVED} {GONE}")),
        (_rewrite("build/cdk.out/asset.1/index.js"), {"integration": f"build/cdk.out/asset.1 {CHANGED}"}),
        (_rewrite(OTHERS), {}),
        (_rewrite("infra/merchant_upload/stack.py"), {}),
        (_rewrite("README.md"), {}),
        (_rewrite(TEST), {"integration": f"made before {TEST} was changed"}),
    ],
)
def test_tampering(tree: Tree, tamper: Callable[[Tree], None], refused: dict[str, str]) -> None:
    tamper(tree)
    assert _refused(stored(tree), tree) == refused


@pytest.mark.parametrize(
    ("tamper", "why"),
    [
        (_rewrite("infra/realtime/stack.py"), "infra/realtime/stack.py was changed"),
        (_delete("infra/app.py"), "infra/app.py was deleted"),
        (_rewrite("infra/new.py"), "infra/new.py was added"),
        (_rewrite("requirements/dev.txt"), "requirements/dev.txt was changed"),
        (_delete("infra/app.py", "policies/waivers.yaml"), "infra/app.py and other files were changed"),
    ],
)
def test_older_than_its_inputs(tree: Tree, tamper: Callable[[Tree], None], why: str) -> None:
    tamper(tree)
    assert _refused(stored(tree), tree) == dict.fromkeys(("observed", "integration", "checkov"), f"made before {why}")


# Evidence and manifest edited together: what contradicts itself is still refused.
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"started": "2999-01-01T00:00:00Z"}, "it is from the future, 2999-01-01T00:00:00Z"),
        ({"proofs": ()}, "it says `passed`, and it proves no control"),
        ({"places": ()}, "it says `passed`, and it read no stage"),
        ({"mutants": Mutants(3, 2)}, "it says `passed`, and holds a failure"),
        ({"templates": {"realtime-dev": "e" * 64}}, "made on another template of realtime-dev"),
        ({"templates": {**TEMPLATES, "realtime-prod": "e" * 64}}, "made on another template of realtime-prod"),
        ({"templates": {}}, "made on another template of realtime-dev"),
        ({"artifacts": {"build/x": "0" * 64}}, "build/x is gone"),
        ({"artifacts": {"/etc/hostname": "0" * 64}}, "/etc/hostname is outside of the checkout"),
        ({"artifacts": {"build/../../x": "0" * 64}}, "build/../../x is outside of the checkout"),
        ({"tests": PytestCounts(3)}, "it holds tests, which are not its to show"),
        ({"user": ""}, "it does not say who made it, where, and with which tools"),
        ({"versions": {}}, "it does not say who made it, where, and with which tools"),
    ],
)
def test_edited_consistently(tree: Tree, changes: dict[str, Any], why: str) -> None:
    _write(replace(_observed(tree), **changes), tree)
    assert _refused(stored(tree), tree) == {"observed": why}


def test_evidence_of_another_system_is_refused(tree: Tree) -> None:
    file = _write(replace(_observed(tree), system="merchant_upload"), tree)
    shutil.copy(file, tree.folder / "realtime" / "observed.json")
    assert list(stored(tree).refused) == ["observed"]


def test_a_gate_that_was_stopped_has_not_run(tree: Tree) -> None:
    from hallmark.evidence.record import remove

    remove("observed", "realtime", tree.folder)
    found = stored(tree)
    assert dict(found.refused) == {}
    assert {item.gate for item in found.accepted} == {"integration", "checkov"}


@pytest.mark.parametrize(
    ("path", "systems"),
    [
        ("build/cdk.out/hallmark-realtime-dev.template.json", ["realtime"]),
        ("build/observed/merchant-upload-prod.template.json", ["merchant_upload"]),
        ("build/cdk.out/hallmark-account-us-east-1.template.json", ["realtime", "merchant_upload"]),
        ("tests/unit/infra/realtime/test_stack.py", ["realtime"]),
        ("build/test-results/lambda.xml", ["realtime", "merchant_upload"]),
    ],
)
def test_whose_an_artifact_is(path: str, systems: list[str]) -> None:
    assert [name for name in ("realtime", "merchant_upload") if concerns(path, name)] == systems


def test_a_systems_share_stands_in_the_place_of_the_houses(tree: Tree) -> None:
    def unit(system: str | None, started: str) -> Evidence:
        tests = PytestCounts(1)
        proof = replace(_integration(tree).proofs[0], artifact="tests/unit/infra/realtime/test_a.py::test_it")
        blank = replace(_blank("unit", proofs=(proof,), tests=tests), target="none", places=(), started=started)
        return replace(blank, system=system)

    (tree.root / "tests/unit/infra/realtime").mkdir(parents=True)
    (tree.root / "tests/unit/infra/realtime/test_a.py").write_text(TEST)
    for system in (None, "realtime"):
        _write(unit(system, "2025-11-21T12:00:00Z"), tree)
    assert [one.system for one in stored(tree).accepted if one.gate == "unit"] == ["realtime"]
    others = [one.system for one in stored(replace(tree, system="merchant_upload")).accepted if one.gate == "unit"]
    assert others in ([None], []), "another system's report knows the house's alone"
    (tree.root / "infra/realtime/stack.py").write_text("other")
    found = stored(tree)
    assert "unit" in found.refused and "unit" not in [one.gate for one in found.accepted]
