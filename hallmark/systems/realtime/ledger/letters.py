"""A run's messages in the queues for failures: whose they are, and which deliveries they stand for."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hallmark.ledger.ledger import Line
from hallmark.ledger.messages import Message
from hallmark.ledger.waiting import Letter
from hallmark.naming import thing
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.predicates import RULE_IDS
from hallmark.systems.realtime.ledger.rule_lines import AUDIT_BUS, BUFFER, DETECTOR

Delivery = tuple[str, str, str]  # place, rule, transaction id
_TARGETS = {"lambda": DETECTOR, "sqs": BUFFER}


def item_of(message: Message) -> str | None:
    """Return the transaction id of a message; None for a format that the pipeline does not write."""
    found = _detail(_read(message)).get("transactionId")
    return found if isinstance(found, str) else None


def deliveries(stage: Stage, letters: Iterable[Letter]) -> frozenset[Delivery]:
    """Return the deliveries to a rule's targets that letters stand for; a failed alert is none of them."""
    return frozenset((place, rule, one.item) for one in letters for place, rule in _places(stage, one.message))


def lost(lines: Iterable[Line], explained: frozenset[Delivery]) -> set[str]:
    """Return the transactions of which something is missing that no letter stands for."""
    return {name for line in lines for name in line.missing if (line.place, line.rule, name) not in explained}


def _places(stage: Stage, message: Message) -> Iterator[tuple[str, str]]:
    match _read(message):
        case {"kind": "publish-failed"}:
            yield from ((place, rule) for place in (DETECTOR, BUFFER, AUDIT_BUS) for rule in RULE_IDS)
        case {"requestPayload": {"ruleId": str(rule)}}:
            yield DETECTOR, rule
        case {"event": dict(), "ruleId": str(rule)}:
            yield BUFFER, rule
        case {"detail-type": "TransactionReceived"}:
            yield from _missed(stage, message.attributes)


def _missed(stage: Stage, attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the target that a dead letter missed; copies on the audit bus name no rule, so one stands for all."""
    rule = thing(stage, attributes.get("RULE_ARN", "").rsplit("/", 1)[-1])
    service = attributes.get("TARGET_ARN", "::").split(":")[2]
    if service in ("events", "logs"):
        yield from ((AUDIT_BUS, one) for one in RULE_IDS)
    elif rule and service in _TARGETS:
        yield _TARGETS[service], rule


def _read(message: Message) -> Any:
    try:
        return json.loads(message.body)
    except ValueError:
        return None


def _detail(body: Any) -> Mapping[str, Any]:
    """Return the transaction's or the suspicion's detail, in whatever it is wrapped."""
    match body:
        case {"kind": "publish-failed", "entry": {"Detail": str(text)}}:
            return _detail({"detail": _read(Message(text, {}))})
        case {"requestPayload": dict(inner)} | {"event": dict(inner)} | {"detail": {"requestPayload": dict(inner)}}:
            return _detail(inner)
        case {"detail": dict(detail)}:
            return detail
    return {}
