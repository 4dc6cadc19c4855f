"""The rules that decided during a run: what of them is not as published, and which are not those of this tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.realtime.fraud_rules import RULES, verify
from hallmark.systems.realtime.fraud_rules.store import State, Store
from hallmark.systems.realtime.fraud_rules.verification import RESTORE, Deviation

_SHOWN = 3


@dataclass(frozen=True)
class DecidingRules:
    """`tampered` are sentences on what nobody published; `others` names rules in force that are another file's."""

    tampered: tuple[str, ...] = ()
    others: str = ""


def deciding_rules(stage: Stage, started_at: datetime) -> DecidingRules:
    """Return what a ledger says of the stage's rules; it expects what the plain predicates say, whatever they are.

    A version that took effect after the start of the run is named, too: earlier transactions were judged by another.
    """
    found, state = verify(stage), Store(stage).read()
    tampered, others = [str(one) for one in found if one.tampered], [one for one in found if not one.tampered]
    more = [f"and {len(tampered) - _SHOWN} more"] if len(tampered) > _SHOWN else []
    sentences = [f"rules not as published: {one}" for one in (*tampered[:_SHOWN], *more)]
    sentences += [f"see `{RESTORE}`"] if tampered else []
    return DecidingRules(tuple(sentences), "; ".join((*_named(state, others), *_late(state, started_at))))


def _named(state: State, others: list[Deviation]) -> Iterator[str]:
    """Yield the rules whose latest version is another file's, with both files' names."""
    for rule in dict.fromkeys(one.rule_id for one in others):
        latest = max((key for key in state.publications if key.rule_id == rule), default=None)
        what = f"{latest} of {state.publications[latest].file}" if latest else f"{rule}: unpublished"
        yield f"{what}, not {RULES.name}"


def _late(state: State, started_at: datetime) -> Iterator[str]:
    begin = clock.to_text(started_at)
    for key, one in sorted(state.publications.items()):
        if one.row["effectiveFrom"] > begin:
            yield f"{key} from {one.row['effectiveFrom']} on"
