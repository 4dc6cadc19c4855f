"""The record of a gate's run: the types that gates and report share, and their files in build/evidence.

`<system>/<gate>.json` is a gate's evidence about a system, `<gate>.json` that of a gate of the house.

Standard library only: some gates run in environments with nothing but their tool.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from hallmark.evidence import load_result as load_results
from hallmark.evidence.load_result import LoadResult
from hallmark.project import BUILD
from infra.errors import UserError

Item = TypeVar("Item")
EVIDENCE = BUILD / "evidence"
Kind = Literal["template", "observed", "behaviour", "load"]
Outcome = Literal["passed", "failed"]
Target = Literal["none", "embedded", "aws"]
Fidelity = Literal["native", "extended", "absent"]
KINDS: tuple[Kind, ...] = ("template", "observed", "behaviour", "load")


@dataclass(frozen=True)
class Finding:
    """One violation: the place, the value found, the value wanted, the fix, and the policy."""

    resource: str
    path: str = ""
    found: str = ""
    wanted: str = ""
    fix: str = ""
    policy: str = ""


@dataclass(frozen=True)
class Proof:
    """A gate's result for one control; `artifact` is a path of the checkout or a test's id.

    `time` is the time of the result, in UTC, if it is older than the gate's run.
    """

    control: str
    kind: Kind
    outcome: Outcome
    artifact: str
    sha256: str
    stage: str | None = None
    fidelity: Fidelity | None = None
    findings: tuple[Finding, ...] = ()
    detail: str = ""
    time: str | None = None


@dataclass(frozen=True)
class ToolFinding:
    """A finding of a stock tool; `waived_by` is the waiver's file and line."""

    tool: str
    rule: str
    resource: str
    file: str
    line: int
    message: str
    waived_by: str | None = None


@dataclass(frozen=True)
class Mutants:
    """How many violations were tried, how many were reported, and which were not."""

    total: int
    killed: int
    survivors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """The observations under one fault of the table: transactions answered with 202, how many of them are missing
    anywhere at the end, and how many effects occurred more than once.
    """

    id: str
    seen: str
    accepted: int
    lost: int
    duplicates: int


@dataclass(frozen=True)
class Evidence:
    """The record of one gate's run; `seconds` of wall time, `started` in UTC, `commit` as in `revision`.

    `detail` names results of an earlier run; `system` is None for a gate of the house.
    """

    gate: str
    outcome: Outcome
    seconds: float
    started: str
    commit: str
    templates: dict[str, str]
    target: Target = "none"
    proofs: tuple[Proof, ...] = ()
    tool_findings: tuple[ToolFinding, ...] = ()
    mutants: Mutants | None = None
    faults: tuple[Fault, ...] = ()
    load: LoadResult | None = None
    detail: str = ""
    system: str | None = None


def now() -> str:
    """Return the current time in UTC, to the second."""
    return _written(datetime.now(UTC))


def changed(path: Path) -> str:
    """Return when a file was written, in UTC, to the second."""
    return _written(datetime.fromtimestamp(path.stat().st_mtime, UTC))


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def file_of(gate: str, system: str | None, folder: Path = EVIDENCE) -> Path:
    """Return the file of a gate's evidence about a system, or of a gate of the house."""
    return (folder / system if system else folder) / f"{gate}.json"


def write(evidence: Evidence, folder: Path = EVIDENCE) -> Path:
    """Write the evidence atomically: readers see the old file or the new one."""
    path = file_of(evidence.gate, evidence.system, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(asdict(evidence), indent=1), encoding="utf-8")
    part.replace(path)
    return path


def read(path: Path) -> Evidence:
    """Read one gate's evidence; UserError when the file does not hold it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        evidence = _evidence(data)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise UserError(f"{path} is not a readable evidence file: delete it and rerun its gate") from None
    if evidence.gate != path.stem or evidence.system not in (None, path.parent.name):
        of = f" of {evidence.system}" if evidence.system else ""
        raise UserError(f"{path} holds the evidence of gate `{evidence.gate}`{of}: delete it and rerun its gate")
    return evidence


def read_all(system: str, folder: Path = EVIDENCE) -> list[Evidence]:
    """Read all evidence about a system and of the house, in the order of the gates' start."""
    paths = [*folder.glob("*.json"), *(folder / system).glob("*.json")]
    return sorted((read(path) for path in paths), key=lambda evidence: evidence.started)


def _evidence(data: dict[str, Any]) -> Evidence:
    mutants, load = data.pop("mutants"), data.pop("load", None)
    return Evidence(
        proofs=_each(_proof, data.pop("proofs")),
        tool_findings=_each(lambda item: ToolFinding(**item), data.pop("tool_findings")),
        mutants=Mutants(survivors=tuple(mutants.pop("survivors")), **mutants) if mutants else None,
        faults=_each(_fault, data.pop("faults", [])),
        load=load_results.from_json(load) if load else None,
        **_checked(data),
    )


def _checked(data: dict[str, Any]) -> dict[str, Any]:
    if data["outcome"] not in ("passed", "failed") or data["target"] not in ("none", "embedded", "aws"):
        raise ValueError("outcome or target")
    return data


def _proof(item: dict[str, Any]) -> Proof:
    proof = Proof(findings=_each(lambda finding: Finding(**finding), item.pop("findings")), **item)
    if proof.kind not in KINDS or proof.outcome not in ("passed", "failed"):
        raise ValueError("kind or outcome")
    return proof


def _fault(item: dict[str, Any]) -> Fault:
    fault = Fault(**item)
    counts = (fault.accepted, fault.lost, fault.duplicates)
    if not all(type(count) is int and count >= 0 for count in counts):
        raise ValueError("accepted, lost or duplicates")
    return fault


def _each(make: Callable[[Any], Item], items: list[Any]) -> tuple[Item, ...]:
    return tuple(make(item) for item in items)
