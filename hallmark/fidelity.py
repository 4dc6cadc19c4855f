"""How faithfully the embedded stage does what a control is about."""

from functools import cache
from pathlib import Path

import yaml

from hallmark.evidence import Fidelity

FILE = Path(__file__).parent / "stage" / "embedded" / "fidelity.yaml"
_WORST_FIRST: tuple[Fidelity, ...] = ("absent", "extended", "native")


@cache
def _by_control(file: Path) -> dict[str, Fidelity]:
    found: dict[str, set[str]] = {}
    for row in yaml.safe_load(file.read_text(encoding="utf-8")):
        for control in row["controls"]:
            found.setdefault(control, set()).add(row["fidelity"])
    return {control: next(f for f in _WORST_FIRST if f in kinds) for control, kinds in found.items()}


def of_control(control: str, file: Path = FILE) -> Fidelity | None:
    """Return the worst fidelity of the behaviours that the control rests on; None if none is listed."""
    return _by_control(file).get(control)
