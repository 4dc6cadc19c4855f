"""A catalogue says how many requirements its specification has, and finds a control by how its id ends."""

from pathlib import Path

import pytest

from hallmark import catalogue
from hallmark.catalogue import CONTROLS
from infra.errors import UserError
from infra.systems import NAMES

ROW = """
- id: {}
  title: a
  statement: b
  severity: low
  anchor: c
  proofs: [behaviour]
  why: d
  fix: e
  frameworks: {{pci: ["1.1"], nist: [AC-1]}}
"""


def write(folder: Path, head: str) -> None:
    (folder / "some.yaml").write_text(
        f"region: eu-central-1\nstages: [dev]\n{head}\ncontrols:{ROW.format('SO_A')}{ROW.format('SO_IAM_LEAST')}"
    )


@pytest.mark.parametrize(("head", "number"), [("", None), ("requirements: 2", 2), ("requirements: 41", 41)])
def test_requirements_are_a_number_or_not_said(tmp_path: Path, head: str, number: int | None) -> None:
    write(tmp_path, head)
    assert catalogue.load("some", tmp_path).requirements == number


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("1", "wants the number of the specification's"),
        *((value, "integer") for value in ("many", "true", "[2]", "0.5")),
    ],
)
def test_fewer_requirements_than_controls_are_refused(tmp_path: Path, value: str, problem: str) -> None:
    write(tmp_path, f"requirements: {value}")
    with pytest.raises(UserError, match=rf"some\.yaml:3: .*{problem}"):
        catalogue.load("some", tmp_path)


def test_a_control_is_found_by_its_ending(tmp_path: Path) -> None:
    write(tmp_path, "")
    found = catalogue.load("some", tmp_path)
    control = found.ending("_IAM_LEAST")
    assert control and control.id == "SO_IAM_LEAST"
    assert found.ending("_LATENCY") is None


@pytest.mark.parametrize("system", NAMES)
def test_every_catalogue_is_read(system: str) -> None:
    assert (CONTROLS / f"{system}.yaml").is_file()
    assert catalogue.load(system).controls
