"""What should have been decided on a transaction: by the plain predicates, and by the versions that were published.

The trail alone shows what was decided; it cannot show that the rules which decided were the published ones.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hallmark import clock
from hallmark.systems.realtime.cards.enrichment import Enriched, local_hour
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.predicates import PREDICATES
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.fraud_rules.content import same, unequal
from hallmark.systems.realtime.fraud_rules.store import Key, State
from hallmark.systems.realtime.fraud_rules.verification import tampered

Record = Mapping[str, Any]


def missing(records: Sequence[Record], state: State, parameters: RuleParameters) -> list[str]:
    """Return the rules that match a transaction by the plain predicates and have no verdict, or no alert, yet."""
    enriched = _enriched(records)
    if isinstance(enriched, str):
        return []
    received_at = _accepted(records)["receivedAt"]
    verdicts = {record["ruleId"]: record for record in records if record["kind"] == "verdict"}
    alerts = {record["ruleId"] for record in records if record["kind"] == "alert"}
    due = [rule for rule in PREDICATES if _matches(rule, enriched, received_at, state, parameters)]
    suspected = [rule for rule, verdict in verdicts.items() if verdict["outcome"] == "suspected"]
    return [*(rule for rule in due if rule not in verdicts), *(rule for rule in suspected if rule not in alerts)]


def contradictions(records: Sequence[Record], state: State, parameters: RuleParameters) -> Iterator[str]:
    """Yield where verdicts differ from the predicates and from the published versions.

    `parameters` are the stage's; where the publication of a version is recorded, its parameters count.
    """
    accepted, enriched = _accepted(records), _enriched(records)
    if isinstance(enriched, str):
        yield f"acceptance: its detail cannot be judged: {enriched}"
        return
    verdicts = {record["ruleId"]: record for record in records if record["kind"] == "verdict"}
    if (computed := enriched.local_hour) != json.loads(accepted["detail"])["localHour"]:
        yield f"acceptance: localHour is {accepted['localHour']}, but {computed} in the cardholder's time zone"
    for rule in PREDICATES:
        due = _matches(rule, enriched, accepted["receivedAt"], state, parameters)
        yield from _by_predicate(rule, due, verdicts.get(rule))
    for verdict in verdicts.values():
        yield from _by_version(verdict, state)


def _by_predicate(rule: str, due: bool, verdict: Record | None) -> Iterator[str]:
    name = f"the plain predicate {PREDICATES[rule].__name__}"
    if verdict is None:
        if due:
            failed = "what failed waits for `hallmark redrive failure`"
            yield f"{rule}: should have judged, for {name} holds, but there is no verdict; {failed}"
    elif verdict["outcome"] != ("suspected" if due else "cleared"):
        yield f"verdict of {rule}: {verdict['outcome']}, but {name} says {'suspected' if due else 'it does not match'}"
    elif not due:
        yield f"verdict of {rule}: it should not have judged, for {name} does not hold"


def _by_version(verdict: Record, state: State) -> Iterator[str]:
    key = Key(verdict["ruleId"], int(verdict["ruleVersion"]))
    name = f"verdict of {key.rule_id}"
    if key not in state.rows:
        yield f"{name}: version {key.version} is not in the table Rules"
    for one in tampered(state):
        if one.path.startswith(f"items[{key.rule_id}, {key.version}]"):
            yield f"{name}: version {key.version} is not as it was published: {one}"
    published = state.publications.get(key)
    if published is None:
        return
    wanted = [[one["field"], one["operator"], one["value"]] for one in published.row["conditions"]]
    judged = [[one["field"], one["operator"], one["wanted"]] for one in verdict["reasons"]]
    for one in unequal({"conditions": wanted}, {"conditions": judged}, ""):
        yield f"{name}: judged by {one.observed}, but version {key.version} was published with {one.declared}"
    if not same(published.row["severity"], verdict["severity"]):
        yield f"{name}: severity {verdict['severity']}, but {published.row['severity']} in version {key.version}"
    due = state.published_at(key.rule_id, verdict["receivedAt"])
    if due is not None and due != key:
        yield f"{name}: by version {key.version}, but version {due.version} was in force at {verdict['receivedAt']}"


def _matches(rule: str, enriched: Enriched, received_at: str, state: State, parameters: RuleParameters) -> bool:
    key = state.published_at(rule, received_at)
    return PREDICATES[rule](enriched, state.publications[key].parameters if key else parameters)


def _accepted(records: Sequence[Record]) -> Record:
    return next(record for record in records if record["kind"] == "accepted")


def _enriched(records: Sequence[Record]) -> Enriched | str:
    """Return the transaction of an acceptance record, its local hour computed anew; the reason where it is none."""
    try:
        detail = json.loads(_accepted(records)["detail"], parse_float=Decimal, parse_int=Decimal)
        transaction = Transaction(
            transaction_id=detail["transactionId"],
            account_id=detail["accountId"],
            ts=clock.from_text(detail["ts"]),
            amount=Decimal(detail["amount"]),
            currency=detail["currency"],
            region=detail["region"],
            merchant_category=detail["merchantCategory"],
            card_not_present=detail["cardNotPresent"],
            country=detail["country"],
            cardholder_time_zone=detail["cardholderTimeZone"],
            merchant_id=detail.get("merchantId"),
        )
        hour = local_hour(transaction.ts, transaction.cardholder_time_zone)
        return Enriched(transaction, int(detail["recentTxnCount"]), hour)
    except (LookupError, ValueError, TypeError, ArithmeticError) as error:
        return f"{type(error).__name__}: {error}"
