"""findings.csv: every finding and every pass, a row for each resource."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO

from hallmark.export.rows import Row

# What makes a spreadsheet take a cell for a formula. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
COLUMNS: Mapping[str, Callable[[Row], str]] = {
    "system": lambda row: row.system,
    "stage": lambda row: row.stage,
    "control": lambda row: row.control,
    "title": lambda row: row.title,
    "severity": lambda row: row.severity,
    "policy": lambda row: row.policy,
    "resource": lambda row: row.resource,
    "physical name": lambda row: row.known.name,
    "type": lambda row: row.known.type,
    "path": lambda row: row.path,
    "result": lambda row: row.result,
    "proof": lambda row: row.kind,
    "gates": lambda row: " ".join(row.gates),
    "target": lambda row: row.target,
    "message": lambda row: row.message,
    "fix": lambda row: row.fix,
    "evidence": lambda row: row.evidence,
    "SHA-256": lambda row: row.sha256,
    "time": lambda row: row.time,
    "waiver's reason": lambda row: row.waiver.reason if row.waiver else "",
    "waiver's owner": lambda row: row.waiver.owner if row.waiver else "",
    "waiver's expiry": lambda row: row.waiver.expires.isoformat() if row.waiver else "",
}


def render(rows: Iterable[Row]) -> str:
    """Return the rows as CSV of RFC 4180."""
    return table([*COLUMNS], ([of(row) for of in COLUMNS.values()] for row in rows))


def table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Return a table as CSV whose cells are no formulas."""
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([defused(cell) for cell in line] for line in body)
    return text.getvalue()


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
