"""How faithfully the embedded stage does what a control is about."""

from functools import cache
from pathlib import Path

from hallmark import yaml_lines
from hallmark.evidence import Fidelity, Kind

FILE = Path(__file__).parent / "stage" / "embedded" / "fidelity.yaml"
_WORST_FIRST: tuple[Fidelity, ...] = ("absent", "extended", "native")
# A row without `proof` is about what the stage does.
DEFAULT_PROOF: Kind = "behaviour"


@cache
def _by_control(file: Path) -> dict[tuple[str, Kind], Fidelity]:
    found: dict[tuple[str, Kind], set[str]] = {}
    for row in yaml_lines.read(file):
        for control in row["controls"]:
            found.setdefault((control, row.get("proof", DEFAULT_PROOF)), set()).add(row["fidelity"])
    return {key: next(f for f in _WORST_FIRST if f in kinds) for key, kinds in found.items()}


def of_control(control: str, kind: Kind = DEFAULT_PROOF, file: Path = FILE) -> Fidelity | None:
    """Return the worst fidelity of what a kind of proof of the control rests on; None if nothing is listed."""
    return _by_control(file).get((control, kind))
