"""The one list of proofs that come with later work: policies/planned.yaml."""

from pathlib import Path
from typing import get_args

import yaml

from hallmark.errors import UserError
from hallmark.evidence import Kind
from hallmark.project import ROOT

PLANNED = ROOT / "policies" / "planned.yaml"


def load(path: Path = PLANNED) -> frozenset[tuple[str, Kind]]:
    """Return the planned (control, kind) pairs; none when there is no list. UserError for a wrong list."""
    if not path.is_file():
        return frozenset()
    data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(data, dict) or not all(isinstance(controls, list) for controls in data.values()):
        raise UserError(f"{path.name}: lists of control ids by kind of proof are wanted")
    for kind in data:
        if kind not in get_args(Kind):
            raise UserError(f"{path.name}: `{kind}` is no kind of proof: {', '.join(get_args(Kind))}")
    return frozenset((str(control), kind) for kind, controls in data.items() for control in controls)
