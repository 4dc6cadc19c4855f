"""The catalogue loads, and a mistake in it is one line with file and line number."""

import re
from pathlib import Path

import pytest

from hallmark import catalogue
from hallmark.mutants import catalogue as mutant_catalogue
from hallmark.mutants.catalogue import Shared
from hallmark.project import ROOT
from infra.errors import UserError
from infra.systems import NAMES

HEAD = "region: eu-central-1\nstages: [dev, prod]\n"
CONTROL = """\
  - id: RT_ONE
    title: One
    statement: One thing holds.
    severity: high
    anchor: everything
    proofs: [template, {kind: behaviour, needsAws: because}]
    why: It matters.
    fix: Do it.
    frameworks: {pci: [7.2.1], nist: [AC-6, SA-9(5)]}
    policy: functions/memory
    parameters: {memory_mb: 512}
"""
USE = "    policy: functions/memory\n    parameters: {memory_mb: 512}\n"
LATENCY = "  - id: RT_FAST\n    proofs: [load]\n"


def _load(folder: Path, controls: str) -> catalogue.Catalogue:
    (folder / "own.yaml").write_text(controls + ("" if controls.endswith("#") else HEAD), encoding="utf-8")
    return catalogue.load("own", folder)


def _load_mutants(folder: Path, control: str, mutants: str) -> dict[str, tuple[mutant_catalogue.Mutant, ...]]:
    (folder / "own.yaml").write_text(f"controls:\n{CONTROL}{HEAD}", encoding="utf-8")
    (folder / "own" / "mutants").mkdir(parents=True)
    (folder / "own" / "mutants" / f"{control}.yaml").write_text(mutants, encoding="utf-8")
    return mutant_catalogue.load("own", folder)


def test_every_requirement_of_the_specification_has_one_control() -> None:
    controls = catalogue.load("realtime").controls
    assert len({control.id for control in controls}) == len(controls)
    assert all(re.fullmatch(r"RT(_[A-Z0-9]+)+", control.id) for control in controls)
    assert {"RT_DEPLOY", "RT_IAM_LEAST", "RT_NO_PAN"} <= {control.id for control in controls}


def test_only_what_needs_an_account_says_so() -> None:
    controls = catalogue.load("realtime").controls
    assert [one.id for one in controls if any(proof.needs_aws for proof in one.proofs)] == ["RT_DEPLOY"]


@pytest.mark.parametrize("system", NAMES)
def test_a_control_with_a_policy_has_mutants(system: str) -> None:
    controls, mutants = catalogue.load(system).controls, mutant_catalogue.load(system)
    assert {one.id for one in controls if one.asks_for("template")} == {
        name for name, those in mutants.items() if those
    }


@pytest.mark.parametrize("system", NAMES)
def test_at_most_three_controls_need_an_account_and_all_requirements_have_one(system: str) -> None:
    found = catalogue.load(system)
    assert 1 <= sum(any(proof.needs_aws for proof in one.proofs) for one in found.controls) <= 3
    assert len({one.id for one in found.controls}) == len(found.controls) == found.requirements


@pytest.mark.parametrize("system", NAMES)
def test_twenty_controls_are_rows_over_policies_that_another_system_uses(system: str) -> None:
    used = {
        use.use for other in NAMES if other != system for one in catalogue.load(other).controls for use in one.policies
    }
    shared = [one.id for one in catalogue.load(system).controls if any(use.use in used for use in one.policies)]
    assert len(shared) >= 20


def test_a_good_control_and_its_mutants_are_read(tmp_path: Path) -> None:
    loaded = _load(tmp_path, f"controls:\n{CONTROL}")
    assert loaded.control("RT_ONE").title == "One"
    mutants = _load_mutants(tmp_path, "rt_one", "- {name: gone, on: {type: T}, delete: Path}\n")
    assert [one.name for one in mutants["RT_ONE"] if not isinstance(one, Shared)] == ["gone"]
    with pytest.raises(UserError, match="no control RT_TWO"):
        loaded.control("RT_TWO")


@pytest.mark.parametrize(
    ("controls", "line", "problem"),
    [
        (f"controls:\n{CONTROL}{CONTROL}", 13, "two controls have the id RT_ONE"),
        (f"controls:\n{CONTROL}".replace("severity: high", "severity: grave"), 5, "severity"),
        (f"controls:\n{CONTROL}".replace("severity: high", "gravity: high"), 5, "no such field"),
        (f"controls:\n{CONTROL}    colour: red\n", 13, "there is no such field"),
        (f"controls:\n{CONTROL}".replace("RT_ONE", "rt-one"), 2, "id"),
        (f"controls:\n{CONTROL}".replace("[template,", "[templates,"), 7, "proofs"),
        (f"controls:\n{CONTROL}".replace("[template,", "[behaviour,"), 2, "the same proof twice"),
        (f"controls:\n{CONTROL}".replace("7.2.1", "seven"), 10, "pci"),
        (f"controls:\n{CONTROL}".replace("AC-6", "AC6"), 10, "nist"),
        (f"controls:\n{CONTROL}    title: again\n", 13, "the key title is there twice"),
        (f"controls:\n{CONTROL}".replace("policy: functions/memory", "policy: memory"), 11, "policy"),
        (
            f"controls:\n{CONTROL}".replace("functions/memory", "functions/none"),
            11,
            "there is no policy functions/none",
        ),
        (f"controls:\n{CONTROL}".replace("policy: functions/memory", "policies: [{use: a/b}]"), 2, "either policy"),
        (f"controls:\n{CONTROL}".replace(USE, "    policies: [{use: a/b}]\n"), 11, "no policy a/b"),
        (f"controls:\n{CONTROL}".replace("{memory_mb: 512}", "{memory_mb: much}"), 12, "wants int, got 'much'"),
        (
            f"controls:\n{CONTROL}".replace("{memory_mb: 512}", "{memory: 512}"),
            12,
            "no such parameter; it has memory_mb",
        ),
        (f"controls:\n{CONTROL}".replace("{memory_mb: 512}", "{}"), 12, "the parameter memory_mb (int) is missing"),
        (f"controls:\n{CONTROL}".replace("{memory_mb: 512}", "{memory_mb: {dev: 1}}"), 12, "has no value for prod"),
        (
            f"controls:\n{CONTROL}".replace("{memory_mb: 512}", "{memory_mb: {dev: 1, prod: x}}"),
            12,
            "wants int, got 'x'",
        ),
        (
            f"controls:\n{CONTROL}".replace(USE, "    policies: [{use: functions/memory}]\n"),
            11,
            "memory_mb (int) is missing",
        ),
        (f"controls:\n{LATENCY}", 2, "title: the field is missing"),
        (f"controls:\n{LATENCY}    title: T\n    excludes: [{{mutant: m, reason: r}}]\n", 2, "names no policy"),
        (f"controls:\n{CONTROL}    policies: [{{use: functions/memory}}]\n", 2, "either policy"),
        (f"controls:\n{CONTROL}".replace("    policy: functions/memory\n", ""), 2, "names no policy"),
        (f"controls:\n{CONTROL}".replace("[template, ", "["), 2, "asks for no proof of it"),
        (f"controls:\n{CONTROL}region: nowhere\nstages: [dev]\n#", 13, "region"),
        (f"controls:\n{CONTROL}region: us-east-1\nstages: []\n#", 14, "stages"),
        (f"controls:\n{CONTROL}stages: [dev]\n#", 1, "region"),
        (f"controls:\n{CONTROL}place: here\n", 13, "there is no such field"),
        ("controls: []\n", 1, "controls"),
        ("controls:\n  - [\n", 4, ""),
        ("", 1, "controls"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(tmp_path: Path, controls: str, line: int, problem: str) -> None:
    with pytest.raises(UserError) as raised:
        _load(tmp_path, controls)
    assert "\n" not in str(raised.value)
    assert f"own.yaml:{line}: " in str(raised.value)
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("mutants", "problem"),
    [
        ("- {name: both, on: {type: T}, delete: A, set: {path: A, value: 1}}", "exactly one of"),
        ("- {name: neither, on: {type: T}}", "exactly one of"),
        ("- {name: nowhere, delete: A}", "wants `on`"),
        ("- {name: typo, on: {kind: T}, delete: A}", "there is no such field"),
        ("- {name: nameless, add_resource: {Type: T}}", "wants an id"),
        ("name: no list", "wants a list"),
        ("- {name: elsewhere, on: {type: T}, delete: A, stages: [test]}", "there is no stage 'test'"),
    ],
)
def test_a_mistake_in_a_mutant_is_one_line_with_its_place(tmp_path: Path, mutants: str, problem: str) -> None:
    with pytest.raises(UserError, match=problem) as raised:
        _load_mutants(tmp_path, "rt_one", mutants)
    assert "rt_one.yaml:1: " in str(raised.value)


def test_mutants_of_no_control_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="RT_TWO, which is not a control"):
        _load_mutants(tmp_path, "rt_two", "[]")


def test_an_unknown_system_is_told_which_there_are() -> None:
    with pytest.raises(UserError, match=r"no catalogue for the system 'other'.*realtime"):
        catalogue.load("other")


@pytest.mark.parametrize("system", NAMES)
def test_fixes_name_files_that_exist(system: str) -> None:
    for control in catalogue.load(system).controls:
        for named in re.findall(r"\b(?:infra|lambda)/[\w/]+(?:\.\w+)?", control.fix):
            assert (ROOT / named).exists(), f"{control.id}: {named}"
