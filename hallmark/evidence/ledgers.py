"""The ledger that a command leaves for the gate that runs it: what it sent where, and what became of that."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hallmark.evidence.record import Place, Target
from infra.errors import UserError

if TYPE_CHECKING:  # needs boto3, which environments with one tool lack
    from hallmark.stage import Stage

# The environment variable that names the file.
LEDGER_VARIABLE = "HALLMARK_LEDGER"


@dataclass(frozen=True)
class Sent:
    """What a ledger says of a run: its counts in one clause, and the stage."""

    counts: str
    target: Target
    place: Place


def place_of(stage: "Stage") -> Place:
    """Return a stage's place, with the account of its credentials."""
    account = str(stage.client("sts").get_caller_identity()["Account"])
    return Place(stage.system, stage.name, stage.region, account)


def of_stage(ledger: str, stage: "Stage") -> str:
    """Return a ledger, as JSON, with the stage that its items were sent to."""
    return json.dumps({**json.loads(ledger), "target": stage.target, "place": asdict(place_of(stage))}, indent=2)


def sent(file: Path) -> Sent:
    """Return what a ledger says; UserError when it is none, or when nothing was sent, or something lost."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        counts = {name: int(data[name]) for name in ("sent", "accepted")}
        lost, differences = len(data["lost"]), len(data["differences"])
        target: Target = "aws" if data["target"] == "aws" else "embedded"
        place = Place(**data["place"])
    except (OSError, ValueError, TypeError, KeyError):
        raise UserError(f"{file} is no ledger") from None
    if not all(counts.values()) or lost or differences:
        raise UserError(f"{counts['accepted']} of {counts['sent']} accepted, {lost} lost, {differences} differences")
    return Sent(f"{counts['sent']} sent, {counts['accepted']} accepted, 0 lost", target, place)
