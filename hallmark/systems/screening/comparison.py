"""What the stage says of one transaction, compared with what was expected, without any value of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hallmark.ledger.subscription import Heard
from hallmark.systems.screening.alerts import alert_id
from hallmark.systems.screening.expectation import COMPLIANCE, FRAUD, Expected, Sent
from hallmark.systems.screening.plain.content import by_value, id_of, number_of
from hallmark.systems.screening.plain.tables import Tables, effective
from hallmark.systems.screening.table import FINAL, Under
from hallmark.tables import Item

# What a refusal keeps nothing of.
_VALUES = ("customer_id", "merchant_id", "channel", "usd", "transaction", "risk", "compliance", "alerts")

# What may be shown where it differs, because it says nothing of a customer.
_SHOWN = frozenset({"decision", "status", "field", "rule", "score", "level", "reasons", "verdict", "version"})


def risk_of(expected: Expected, tables: Tables) -> dict[str, object]:
    """Return the risk as it is kept and answered."""
    assert expected.risk is not None  # only what is valid has one
    score = expected.risk
    version = tables.versions["fraud"]
    return {"score": score.score, "level": score.level, "reasons": list(score.reasons), "version": version}


def compliance_of(expected: Expected, tables: Tables) -> dict[str, object]:
    """Return the compliance as it is kept and answered."""
    assert expected.compliance is not None  # only what is valid has one
    lists = tables.compliance
    rules = [
        {
            "rule": rule,
            "verdict": verdict,
            "list": lists[rule]["id"],
            "version": lists[rule]["version"],
            "effective": effective(lists[rule]),
        }
        for rule, verdict in expected.compliance.rules.items()
    ]
    return {"verdict": expected.compliance.verdict, "rules": rules, "version": tables.versions["compliance"]}


def is_by_other_rules(item: Item, tables: Tables) -> bool:
    """Return whether a record was decided by other rules than this checkout's, be it that no version was raised."""
    own = [item.get("risk", {}).get("version"), item.get("compliance", {}).get("version"), item.get("rates_version")]
    wanted = [tables.versions[name] for name in ("fraud", "compliance", "rates")]
    by_version = any(one is not None and one != version for one, version in zip(own, wanted, strict=True))
    return by_version or any(item.get(name, digest) != digest for name, digest in _digests(tables).items())


def _digests(tables: Tables) -> dict[str, str]:
    """Return the digests of the rules files by the attributes that keep them."""
    return {
        f"{part}_digest": tables.digests[file]
        for part, file in (("rates", "rates"), ("risk", "fraud"), ("compliance", "compliance"))
    }


def answer(one: Sent, expected: Expected, tables: Tables) -> Iterator[str]:
    """Yield how the output of an execution that was waited for, and succeeded, differs."""
    wanted: dict[str, object] = {"decision": expected.decision}
    if known := id_of(one.item.value):
        wanted["transactionId"] = known
    if expected.refusal:
        wanted |= {"field": expected.refusal.field, "rule": expected.refusal.rule}
    else:
        wanted |= {"risk": risk_of(expected, tables), "compliance": compliance_of(expected, tables)}
    yield from _differing(f"{one.item.id}: answered", one.execution.output, wanted)


def item(one: Sent, expected: Expected, found: Item, tables: Tables) -> Iterator[str]:
    """Yield how what is stored of a decided transaction differs."""
    name = one.item.id
    yield from _differing(name, found, {"status": FINAL, "decision": expected.decision})
    if one.content_hash:
        yield from _differing(name, found, {"content_hash": one.content_hash})
    yield from (f"{name}: without {part}" for part in ("received_at", "execution") if not found.get(part))
    if expected.refusal:
        yield from _differing(name, found, {"field": expected.refusal.field, "rule": expected.refusal.rule})
        yield from (f"{name}: rejected, but keeps {part}" for part in _VALUES if part in found)
        if "open" in found:
            yield f"{name}: rejected, but open"
        return
    value = one.item.value
    yield from _differing(name, found, {part: value.get(part) for part in ("customer_id", "merchant_id", "channel")})
    yield from _differing(name, found, {"usd": expected.usd, "rates_version": tables.versions["rates"]})
    yield from _differing(name, found, _digests(tables))
    yield from _differing(f"{name} risk:", found.get("risk", {}), risk_of(expected, tables))
    yield from _differing(f"{name} compliance:", found.get("compliance", {}), compliance_of(expected, tables))
    kept = found.get("transaction")
    if not isinstance(kept, Mapping) or by_value(_plain(kept)) != by_value(_plain(value)):
        yield f"{name}: keeps another transaction"
    if set(found.get("alerts", {})) != expected.alerts:
        yield f"{name}: keeps other alerts"
    states = {"validated", "scored", "decided", *(["told"] if expected.alerts else [])}
    yield from (f"{name}: no time of {state}" for state in sorted(states - found.get("states", {}).keys()))
    if not found.get("decided_by"):
        yield f"{name}: without decided_by"
    if "open" in found:
        yield f"{name}: decided, but open"


def claim(one: Sent, under: Under) -> Iterator[str]:
    """Yield how the claim of an id differs from the first transaction with it."""
    if under.claim and one.identity and under.claim.get("transaction_time") != one.identity.time:
        yield f"{one.item.id}: its id is claimed for another time"


def alert(one: Sent, expected: Expected, kind: str, told: Sequence[Heard], stage: str) -> Iterator[str]:
    """Yield how the alerts of a kind on a transaction differ, each of which says ids and scores only."""
    assert one.identity is not None  # alerts are heard by id
    value, name = one.item.value, one.identity.id
    wanted: dict[str, object] = {
        "alertId": alert_id(name, kind),
        "kind": kind,
        "stage": stage,
        "transactionId": name,
        "customerId": value["customer_id"],
        "merchantId": value["merchant_id"],
        "decision": expected.decision,
    }
    attributes = {part: wanted[part] for part in ("alertId", "kind", "decision")}
    if kind == FRAUD and expected.risk:
        score = expected.risk
        wanted |= {"score": score.score, "level": score.level, "reasons": list(score.reasons)}
    if kind == COMPLIANCE and expected.compliance:
        wanted |= {"verdict": expected.compliance.verdict, "rules": list(expected.compliance.rules)}
    for heard in told:
        yield from _differing(f"{one.item.id} {kind} alert:", heard.message, wanted)
        yield from _differing(f"{one.item.id} {kind} alert, attribute:", heard.attributes, attributes)
        yield from (f"{one.item.id} {kind} alert: {part} beside" for part in heard.message.keys() - wanted.keys())


def told_again(name: str, kind: str, told: Sequence[Heard], attempts: int) -> Iterator[str]:
    """Yield that an alert was published more than once although nothing made it be tried again."""
    if len({one.id for one in told}) > 1 and attempts <= 1:
        yield f"{name} {kind} alert: told {len({one.id for one in told})} times"


def _differing(where: str, found: Any, wanted: Mapping[str, object]) -> Iterator[str]:
    if not isinstance(found, Mapping):
        yield f"{where} nothing that can be compared"
        return
    for name, value in wanted.items():
        if _plain(found.get(name)) != _plain(value):
            shown = f" {found.get(name)}, expected {value}" if name in _SHOWN else ""
            yield f"{where} another {name}{shown}"


def _plain(value: Any) -> Any:
    """Return a value of JSON, or of DynamoDB, with its numbers by value."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    number = number_of(value)
    return value if number is None else number
