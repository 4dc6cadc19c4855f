"""The outcome of each gate, and the gates that fail the run, those without valid evidence first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from itertools import groupby

from hallmark.evidence import Evidence
from hallmark.report.model import GateRow
from hallmark.report.proving import running

# Outcome of a gate -> the text for one, and for several.
_TEXTS: Mapping[str, tuple[str, str]] = {
    "missing": ("gate {names} has not run", "gates {names} have not run"),
    "refused": ("the evidence of gate {names} is refused", "the evidence of gates {names} is refused"),
    "failed": ("gate {names} failed", "gates {names} failed"),
}
# What a row shows as evidence has it.
_SHOWN = tuple(one.name for one in fields(GateRow) if one.name != "name")


def gate_rows(counted: Iterable[Evidence], refused: Mapping[str, str], expected: Sequence[str]) -> tuple[GateRow, ...]:
    """Return a row for each gate, those that fail the run first.

    Without any evidence, with refused evidence and the reason, or with valid evidence.
    """
    rows = [GateRow(gate, "refused", None, detail=why) for gate, why in refused.items()]
    rows += sorted(map(_row, counted), key=lambda row: row.outcome == "passed")
    there = {row.name for row in rows}
    missing = [GateRow(gate, "missing", None, detail="not run") for gate in expected if gate not in there]
    return (*missing, *rows)


def _row(item: Evidence) -> GateRow:
    return GateRow(item.gate, **{name: getattr(item, name) for name in _SHOWN})


def gate_problems(rows: Iterable[GateRow]) -> list[str]:
    """Return the problems of the gates, one line for all with the same cause, with the command that reruns them."""
    bad = sorted((row for row in rows if row.outcome in _TEXTS), key=_cause)
    return [_problem(outcome, why, list(same)) for (_, outcome, why, _), same in groupby(bad, key=_cause)]


def _cause(row: GateRow) -> tuple[int, str, str, bool]:
    """Return what a line is about; a gate without an environment of ours has its own."""
    why = row.detail if row.outcome == "refused" else ""
    return list(_TEXTS).index(row.outcome), row.outcome, why, running([row.name]) is None


def _problem(outcome: str, why: str, rows: Sequence[GateRow]) -> str:
    names = [row.name for row in rows]
    text = _TEXTS[outcome][len(rows) > 1].format(names=", ".join(names))
    command = running(names)
    again = f"run `{command}`" if command else "run it again, or delete its files in build/evidence"
    return f"{text}{', ' + why if why else ''}: {again}"
