"""The rules that decided during a run: what of them is not as published, and which are not those of this tree."""

from dataclasses import dataclass

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


def deciding_rules(stage: Stage) -> DecidingRules:
    """Return what a ledger says of the stage's rules; it expects what the plain predicates say, whatever they are."""
    found = verify(stage)
    if not found:
        return DecidingRules()
    tampered, others = [str(one) for one in found if one.tampered], [one for one in found if not one.tampered]
    more = [f"and {len(tampered) - _SHOWN} more"] if len(tampered) > _SHOWN else []
    sentences = [f"rules not as published: {one}" for one in (*tampered[:_SHOWN], *more)]
    sentences += [f"see `{RESTORE}`"] if tampered else []
    return DecidingRules(tuple(sentences), _named(Store(stage).read(), others))


def _named(state: State, others: list[Deviation]) -> str:
    """Return the rules whose latest version is another file's, with both files' names."""
    names = []
    for rule in dict.fromkeys(one.rule_id for one in others):
        latest = max((key for key in state.publications if key.rule_id == rule), default=None)
        names.append(f"{latest} of {state.publications[latest].file}" if latest else f"{rule}: unpublished")
    return f"{', '.join(names)}, not {RULES.name}" if names else ""
