"""The table of faults with the observations: a row that is missing or that lost something fails the run."""

from collections.abc import Iterable, Sequence

from hallmark.evidence import Evidence, Target
from hallmark.faults import FaultSpec
from hallmark.report.model import FaultRow
from hallmark.report.proving import proving


def fault_rows(specs: Sequence[FaultSpec], counted: Iterable[Evidence], target: Target) -> tuple[FaultRow, ...]:
    """Return a row for each fault of the table, with the observations under it on the run's target."""
    observed = {fault.id: fault for item in counted if item.target == target for fault in item.faults}
    return tuple(FaultRow(spec, target, observed.get(spec.id)) for spec in specs)


def fault_problems(system: str, rows: Sequence[FaultRow], counted: Iterable[Evidence]) -> list[str]:
    """Return what fails the run: faults that were not tried, that lost or repeated something, or unknown ones."""
    problems = _not_tried(system, rows)
    for row in rows:
        if row.outcome == "failed" and row.observed:
            counts = f"lost {row.observed.lost} of {row.observed.accepted}, repeated {row.observed.duplicates}"
            problems.append(f"fault {row.spec.id}: {counts} ({row.spec.duplicates} allowed)")
    known = {row.spec.id for row in rows}
    strangers = sorted({fault.id for item in counted for fault in item.faults} - known)
    return problems + [f"fault {name} is not in the table: add it to policies/faults" for name in strangers]


def _not_tried(system: str, rows: Sequence[FaultRow]) -> list[str]:
    missing = [row for row in rows if row.outcome == "missing"]
    if not missing:
        return []
    command = proving("behaviour", system, on_aws=missing[0].target == "aws")[-1]
    # If none was tried, the count is enough.
    names = f" ({', '.join(row.spec.id for row in missing)})" if len(missing) < len(rows) else ""
    faults, were = ("fault", "was") if len(missing) == 1 else ("faults", "were")
    return [f"{len(missing)} {faults}{names} {were} not tried: run `{command}`"]
