"""The gates of commands: what lint ran, and what the ledger of transactions says."""

from collections.abc import Iterator

from hallmark.evidence import Evidence
from hallmark.evidence.ledgers import sent
from hallmark.evidence.substance import LEDGER
from hallmark.project import ROOT

# What the gate lint consists of: a part of the text of each command.
LINTERS = ("ruff check .", "ruff format --check .", "pyrefly check", "tsc --noEmit")


def linted(evidence: Evidence, _: str) -> Iterator[str]:
    """Look for each linter among the commands."""
    for linter in LINTERS:
        if not any(linter in command for command in evidence.commands):
            yield f"it did not run `{linter}`"


def counted(evidence: Evidence, _: str) -> Iterator[str]:
    """Compare what was sent where with the ledger."""
    for path in (path for path in evidence.artifacts if path.endswith(LEDGER)):
        found = sent(ROOT / path)
        if (found.counts, found.target, (found.place,)) != (evidence.detail, evidence.target, evidence.places):
            yield f"it is not what {path} says"
