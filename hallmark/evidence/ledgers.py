"""The ledger that a command leaves for the gate that runs it: what it sent, and what became of that."""

import json
from pathlib import Path

from infra.errors import UserError

# The environment variable that names the file.
LEDGER_VARIABLE = "HALLMARK_LEDGER"


def sent(file: Path) -> str:
    """Return the counts of a ledger in one clause; UserError when it is none, or nothing was sent or all was lost."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        counts = {name: int(data[name]) for name in ("sent", "accepted")}
        lost, differences = len(data["lost"]), len(data["differences"])
    except (OSError, ValueError, TypeError, KeyError):
        raise UserError(f"{file} is no ledger") from None
    if not all(counts.values()) or lost or differences:
        raise UserError(f"{counts['accepted']} of {counts['sent']} accepted, {lost} lost, {differences} differences")
    return f"{counts['sent']} sent, {counts['accepted']} accepted, 0 lost"
