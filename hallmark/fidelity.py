"""The embedded stage's fidelity in what a control is about."""

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


@cache
def _by_control(file: Path, folder: Path) -> dict[tuple[str, Kind], Fidelity]:
    rows = {row["id"]: row for row in yaml_lines.read(file)}
    found: dict[tuple[str, Kind], set[str]] = {}
    for system in catalogue.systems(folder):
        for control, behaviours in catalogue.load(system, folder).behaviours.items():
            for name in behaviours:
                if name not in rows:
                    raise UserError(f"{control} rests on the behaviour {name!r}, which {file.name} does not have")
                row = rows[name]
                found.setdefault((control, row.get("proof", DEFAULT_PROOF)), set()).add(row["fidelity"])
    return {key: next(f for f in _WORST_FIRST if f in kinds) for key, kinds in found.items()}


def of_control(control: str, kind: Kind = DEFAULT_PROOF, file: Path = FILE, folder: Path = CONTROLS) -> Fidelity | None:
    """Return the worst fidelity of what a kind of proof of the control rests on; None if nothing is listed.

    UserError for a control or a card that names a behaviour which the table does not have.
    """
    return _by_control(file, folder).get((control, kind))
