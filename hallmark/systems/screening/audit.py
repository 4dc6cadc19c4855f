"""The trail of a transaction, from the state table alone, and where it contradicts itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.screening.alerts import alert_id
from hallmark.systems.screening.failures import stored_input
from hallmark.systems.screening.plain.compliance import decision, worst
from hallmark.systems.screening.plain.content import hash_of
from hallmark.systems.screening.plain.tables import tables
from hallmark.systems.screening.runs import is_told
from hallmark.systems.screening.table import FAILED, FINAL, REJECTED, StateTable, Under
from hallmark.tables import Item


@dataclass(frozen=True)
class Trail:
    """What is known of a transaction, in lines; `contradictions` where it does not fit together."""

    lines: tuple[str, ...]
    contradictions: tuple[str, ...] = ()


def trail(stage: Stage, transaction_id: str) -> Trail | None:
    """Return the trail of a transaction; None when the table has nothing under its id."""
    under = StateTable(stage).under(transaction_id)
    if not under.items:
        return None
    return Trail(tuple(_lines(transaction_id, under)), tuple(_contradictions(under)))


def _lines(name: str, under: Under) -> Iterator[str]:
    if under.record:
        yield from _record(name, under.record)
    if under.unchecked:
        failed = under.unchecked
        todo = "" if under.record else ": its sender must send it again"
        yield f"validation failed at {failed.get('failed_at')} in {failed.get('execution')}{_error(failed)}{todo}"
    for other in under.others:
        yield f"other content under the id: rejected for {_refusal(other)}"
        yield from _arrival(other)


def _record(name: str, record: Item) -> Iterator[str]:
    yield f"transaction {name} of {_moment(record['timestamp'])}: {record.get('decision', record['status'])}"
    yield from _arrival(record)
    yield from (f"{state} {moment}" for state, moment in sorted(record.get("states", {}).items(), key=_by_time))
    if record.get("decision") == REJECTED:
        yield f"rejected for {_refusal(record)}"
        return
    parties = ", ".join(
        f"{part} {record[part]}" for part in ("customer_id", "merchant_id", "channel") if part in record
    )
    yield f"{parties}; {record.get('usd')} USD by the rates of {record.get('rates_version')}"
    if risk := record.get("risk"):
        why = ", ".join(risk["reasons"]) or "nothing adds to it"
        yield f"score {risk['score']} {risk['level']}: {why}; rules of {risk['version']}"
    if compliance := record.get("compliance"):
        yield f"compliance {compliance['verdict']}; rules of {compliance['version']}"
        for one in compliance["rules"]:
            listed = f"{one['list']} version {one['version']}, effective {one['effective']}"
            yield f"  {one['rule']} {one['verdict']}: {listed}"
    if "decision" in record:
        yield f"decided by {record.get('decided_by')}"
    for kind, alert in sorted(record.get("alerts", {}).items()):
        yield f"{kind} alert {alert['alertId']}"
    if "error" in record:
        # What decided without an alert may have failed afterwards.
        todo = "" if is_told(record) else ": hallmark redrive failures --system screening"
        yield f"failed{_error(record)}{todo}"
    elif "open" in record:
        yield "not finished: hallmark redrive stuck --system screening, if it has not moved for five minutes"


def _arrival(item: Item) -> Iterator[str]:
    attempts = f", attempts {item['attempts']}" if "attempts" in item else ""
    yield f"received {item.get('received_at')} by {item.get('execution')}{attempts}"
    yield f"content {item.get('content_hash')}"


def _refusal(item: Item) -> str:
    return f"{item.get('rule')} in {item.get('field')}"


def _error(item: Item) -> str:
    error = item.get("error", {})
    return f" in {error.get('state')} with {error.get('name')}"


def _moment(milliseconds: Any) -> str:
    return clock.to_text(datetime.fromtimestamp(int(milliseconds) / 1000, UTC))


def _by_time(state: tuple[str, str]) -> str:
    return state[1]


def _contradictions(under: Under) -> Iterator[str]:
    if not under.record:
        if under.claim or under.others:
            yield "its id is claimed, but it has no record"
        return
    record = under.record
    if not under.claim:
        yield "it has a record, but nothing claims its id"
    elif under.claim.get("content_hash") != record.get("content_hash"):
        yield "its id is claimed for another content than its record has"
    elif under.claim.get("transaction_time") != record["timestamp"]:
        yield "its id is claimed for another time than its record has"
    yield from (f"content {other['content_hash']} is rejected beside itself" for other in _same(under.others, record))
    status = record["status"]
    if (status == FINAL) != ("decision" in record):
        yield f"{status}, but {'with' if 'decision' in record else 'without'} a decision"
    if status == FAILED and not record.get("error"):
        yield "failed without an error"
    if record.get("decision") == REJECTED:
        if "open" in record or "risk" in record or "transaction" in record:
            yield "rejected, but screened"
    elif "transaction" in record:
        yield from _of_valid(record)
    else:
        yield "not rejected, but it keeps no transaction"


def _same(others: Sequence[Item], record: Item) -> Iterator[Item]:
    return (other for other in others if other.get("content_hash") == record.get("content_hash"))


def _of_valid(record: Item) -> Iterator[str]:
    if hash_of(stored_input(record["transaction"])) != record["content_hash"]:
        yield "the transaction that it keeps has not the content of its hash"
    if "decision" not in record:
        return
    risk, compliance = record.get("risk", {}), record.get("compliance", {})
    if not risk or not compliance:
        yield "decided without a score or a verdict"
        return
    verdicts = [one["verdict"] for one in compliance["rules"]]
    if compliance["verdict"] != worst("PASS", *verdicts):
        yield "its verdict is not the worst of its rules"
    if record["decision"] != decision(compliance["verdict"], int(risk["score"]), tables().bounds["reviewFrom"]):
        yield "its decision does not follow from its score and its verdict"
    alerts: Mapping[str, Item] = record.get("alerts", {})
    for kind, alert in alerts.items():
        if alert["alertId"] != alert_id(str(record["transaction_id"]), kind):
            yield f"the id of its {kind} alert is not its own"
    if ("compliance" in alerts) != (compliance["verdict"] != "PASS"):
        yield "its verdict and its compliance alert do not fit"
    if "told" in record["states"] and (not alerts or "open" in record):
        yield "its alerts are told, but it has none or is open"
    if alerts and not {"told", "failed"} & record["states"].keys() and "open" not in record:
        yield "its alerts are neither told nor due"
