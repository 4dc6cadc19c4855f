"""How each gate ended, and what fails the run of it: first those that left nothing that counts."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from hallmark.evidence import Evidence
from hallmark.report.model import GateRow
from hallmark.report.proving import running

# Outcome of a gate -> what is told of one, and of several.
_TOLD: Mapping[str, tuple[str, str]] = {
    "missing": ("gate {names} has not run", "gates {names} have not run"),
    "refused": ("the evidence of gate {names} is refused", "the evidence of gates {names} is refused"),
    "failed": ("gate {names} failed", "gates {names} failed"),
}


def gate_rows(counted: Iterable[Evidence], refused: Mapping[str, str], expected: Sequence[str]) -> tuple[GateRow, ...]:
    """Return a row for each gate: of the evidence that counts, of what is refused and why, of what is not there."""
    rows = [GateRow(item.gate, item.outcome, item.seconds, item.started, item.detail) for item in counted]
    rows += [GateRow(gate, "refused", None, detail=why) for gate, why in refused.items()]
    there = {row.name for row in rows}
    missing = [GateRow(gate, "missing", None, detail="it has not run") for gate in expected if gate not in there]
    return (*rows, *missing)


def gate_problems(rows: Iterable[GateRow]) -> list[str]:
    """Return what is wrong with the gates, one line for all with one cause, with the command that runs them."""
    bad = sorted((row for row in rows if row.outcome in _TOLD), key=_cause)
    return [_problem(outcome, why, list(same)) for (_, outcome, why), same in groupby(bad, key=_cause)]


def _cause(row: GateRow) -> tuple[int, str, str]:
    return list(_TOLD).index(row.outcome), row.outcome, row.detail if row.outcome == "refused" else ""


def _problem(outcome: str, why: str, rows: Sequence[GateRow]) -> str:
    names = [row.name for row in rows]
    told = _TOLD[outcome][len(rows) > 1].format(names=", ".join(names))
    command = running(names)
    again = f"run `{command}`" if command else "run again what leaves it"
    return f"{told}{', ' + why if why else ''}: {again}"
