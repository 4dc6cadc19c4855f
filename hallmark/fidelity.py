"""The embedded stage's fidelity in what a control is about, and the limits of it."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hallmark import catalogue, yaml_lines
from hallmark.evidence import Fidelity, Kind
from infra.errors import UserError
from policies.engine.catalogue import CONTROLS

FILE = Path(__file__).parent / "stage" / "embedded" / "fidelity.yaml"
_WORST_FIRST: tuple[Fidelity, ...] = ("absent", "extended", "native")
# A row without `proof` is about what the stage does.
DEFAULT_PROOF: Kind = "behaviour"


@dataclass(frozen=True)
class Behaviour:
    """A row of fidelity.yaml: what a kind of proof rests on, and where it differs from AWS (empty: nowhere known)."""

    id: str
    behaviour: str
    proof: Kind
    fidelity: Fidelity
    limit: str = ""


@cache
def _by_control(file: Path, folder: Path) -> dict[str, tuple[Behaviour, ...]]:
    rows = {row["id"]: row for row in yaml_lines.read(file)}
    found: dict[str, tuple[Behaviour, ...]] = {}
    for system in catalogue.systems(folder):
        for control, names in catalogue.load(system, folder).behaviours.items():
            missing = next((name for name in names if name not in rows), None)
            if missing:
                raise UserError(f"{control} rests on the behaviour {missing!r}, which {file.name} does not have")
            found[control] = tuple(
                Behaviour(
                    name,
                    rows[name]["behaviour"],
                    rows[name].get("proof", DEFAULT_PROOF),
                    rows[name]["fidelity"],
                    rows[name].get("limit", ""),
                )
                for name in names
            )
    return found


def behaviours(control: str, file: Path = FILE, folder: Path = CONTROLS) -> tuple[Behaviour, ...]:
    """Return what the proofs of a control rest on, in the order of its cards and its row.

    UserError for a control or a card that names a behaviour which the table does not have.
    """
    return _by_control(file, folder).get(control, ())


def of_control(control: str, kind: Kind = DEFAULT_PROOF, file: Path = FILE, folder: Path = CONTROLS) -> Fidelity | None:
    """Return the worst fidelity of what a kind of proof of the control rests on; None if nothing is listed.

    UserError for a control or a card that names a behaviour which the table does not have.
    """
    found = {one.fidelity for one in behaviours(control, file, folder) if one.proof == kind}
    return next((fidelity for fidelity in _WORST_FIRST if fidelity in found), None)
