"""The lists by which transactions are judged, read without the CDK; the functions have the same files."""

import subprocess
import sys
from pathlib import Path

from infra.dated_lists import DatedList, lists_of
from infra.errors import UserError
from infra.paths import ROOT

SYSTEM = "screening"
# What the functions do when they start, in a process of their own: their packages are not those of the build.
_READ = """
from screening.compliance_checking.rules import ComplianceRules
from screening.fraud_detection.rules import FraudRules
from screening.rules import RulesInvalid, rates, read
from shared_python.iso_codes import COUNTRIES, MINOR_UNITS
try:
    FraudRules.of(read("fraud")), ComplianceRules.of(read("compliance"))
    currencies = rates().dollars.keys()
except RulesInvalid as error:
    raise SystemExit(str(error))
said = [one.values for one in read("compliance").lists.values()]
listed = {code for one in said for name in ("countries", "verdicts") for code in one.get(name, ())}
listed |= {code.partition("-")[0] for one in said for code in one.get("regions", ())}
if unknown := sorted(listed - set(COUNTRIES)) + sorted(currencies - MINOR_UNITS.keys()):
    raise SystemExit(f"codes that no transaction has: {', '.join(unknown)}")
"""


def lists() -> list[DatedList]:
    """Return the lists of fraud, compliance and dollars; UserError for one that says too little."""
    return lists_of(SYSTEM)


def refuse_unreadable(root: Path = ROOT) -> None:
    """Raise UserError, one line, for a rules file that ends its function at the start, or has codes of nothing."""
    done = subprocess.run([sys.executable, "-c", _READ], cwd=root / "lambda", capture_output=True, text=True)
    if done.returncode:
        why = (done.stderr.strip() or "no reason").splitlines()[-1]
        raise UserError(f"lambda/{SYSTEM}/rules: {why}: mend the file")
