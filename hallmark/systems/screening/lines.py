"""The lines of a run's ledger: each place, decision, reason, rule and alert with what must be and what is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from hallmark.ledger.ledger import Line, compare
from hallmark.systems.screening import comparison
from hallmark.systems.screening.expectation import COMPLIANCE, FRAUD, REJECTED, Expected, Sent
from hallmark.systems.screening.findings import Findings
from hallmark.systems.screening.ledger import DECIDED
from hallmark.systems.screening.machine import SUCCEEDED
from hallmark.systems.screening.table import FINAL
from hallmark.tables import Item


def places(found: Findings) -> tuple[Line, ...]:
    """Return the lines of the places."""
    pairs = list(found.distinct)
    known = {one.item.id for one, wanted in pairs if one.identity and not wanted.is_other}
    others = {one.item.id for one, wanted in pairs if one.identity and wanted.is_other and one.content_hash}
    alone = {one.item.id for one, _ in found.expected if one.identity is None}
    answered = {one.item.id for one, _ in found.expected if one.identity is None and one.execution.status == SUCCEEDED}
    claimed = {one.item.id for one, wanted in pairs if one.identity and not wanted.is_other and _claim(found, one)}
    kept = {one.item.id for one, _ in pairs if one.identity and (item := found.item(one)) and item["timestamp"] > 0}
    beside = {
        one.item.id for one, _ in pairs if one.content_hash and (item := found.item(one)) and item["timestamp"] < 0
    }
    return (
        compare("ids claimed", "", known, claimed, None),
        compare("records", "", known, kept & (known | others), None),
        compare("other contents of an id", "", others, beside, None),
        compare("answers to what is ill-formed", "", alone, answered, None),
    )


def _claim(found: Findings, one: Sent) -> bool:
    return one.identity is not None and found.under[one.identity.id].claim is not None


def decisions(found: Findings) -> tuple[Line, ...]:
    """Return a line for each decision."""
    expected = {name: {one.item.id for one, wanted in found.distinct if wanted.decision == name} for name in _DECISIONS}
    observed = {
        name: {one.item.id for one, _ in found.distinct if found.decision_of(one) == name} for name in _DECISIONS
    }
    return tuple(compare(name, "", expected[name], observed[name], None) for name in _DECISIONS)


_DECISIONS = (*DECIDED, REJECTED)


def reasons(found: Findings) -> tuple[Line, ...]:
    """Return a line for each code that adds to a score."""
    return _by_code(
        found,
        found.tables.fraud["indicators"],
        lambda wanted: wanted.risk.reasons if wanted.risk else (),
        lambda item: item.get("risk", {}).get("reasons", ()),
    )


def rules(found: Findings) -> tuple[Line, ...]:
    """Return a line for each rule of compliance."""
    return _by_code(
        found,
        found.tables.compliance,
        lambda wanted: wanted.compliance.rules if wanted.compliance else (),
        lambda item: [one["rule"] for one in item.get("compliance", {}).get("rules", ())],
    )


def _by_code(
    found: Findings,
    codes: Iterable[str],
    wanted_of: Callable[[Expected], Iterable[str]],
    kept_of: Callable[[Item], Iterable[str]],
) -> tuple[Line, ...]:
    judged = [(one, wanted) for one, wanted in found.distinct if not found.is_by_other_rules(one)]
    expected = {(one.item.id, code) for one, wanted in judged for code in wanted_of(wanted)}
    observed = {(one.item.id, code) for one, _ in judged for code in kept_of(found.item(one) or {})}
    names = dict.fromkeys([*codes, *(code for _, code in sorted(observed))])
    return tuple(compare(code, "", _having(expected, code), _having(observed, code), None) for code in names)


def _having(pairs: Iterable[tuple[str, str]], code: str) -> set[str]:
    return {name for name, own in pairs if own == code}


def rejections(found: Findings) -> tuple[Line, ...]:
    """Return a line for each rule for which a transaction is rejected."""
    expected = {(one.item.id, wanted.refusal.rule) for one, wanted in found.distinct if wanted.refusal}
    observed = {(one.item.id, rule) for one, _ in found.distinct if (rule := found.refusal_of(one))}
    names = sorted({rule for _, rule in expected | observed})
    return tuple(compare(rule, "", _having(expected, rule), _having(observed, rule), None) for rule in names)


def alerts(found: Findings) -> tuple[Line, ...]:
    """Return a line for each kind of alert; what was told of a transaction that none is due for is unexpected."""
    told = found.told or {}
    lines = []
    for kind in (FRAUD, COMPLIANCE):
        heard = {name for name, own in told if own == kind}
        deliveries = sum(len(one) for (_, own), one in told.items() if own == kind)
        line = compare(f"{kind} alerts", "", _having(found.due, kind), heard, deliveries)
        lines.append(replace(line, judged=found.told is not None))
    return tuple(lines)


def mismatches(found: Findings) -> Iterator[str]:
    """Yield whatever is answered, stored or told otherwise than expected."""
    for one, wanted in found.expected:
        if one.execution.status == SUCCEEDED and not found.is_by_other_rules(one):
            yield from comparison.answer(one, wanted, found.tables)
        elif one.execution.status and one.execution.status != SUCCEEDED:
            yield f"{one.item.id}: its execution {one.execution.status} with {one.execution.error}"
    for one, wanted in found.distinct:
        kept = found.item(one)
        if kept is None or one.identity is None:
            continue
        if kept["status"] != FINAL:
            yield f"{one.item.id}: {kept['status']}{_error(kept)}"
        elif not found.is_by_other_rules(one):
            yield from comparison.item(one, wanted, kept, found.tables)
            if not wanted.is_other:
                yield from comparison.claim(one, found.under[one.identity.id])
                yield from _alerts(found, one, wanted, kept)


def _alerts(found: Findings, one: Sent, wanted: Expected, kept: Item) -> Iterator[str]:
    assert one.identity is not None  # only what has one is kept
    for kind in sorted(wanted.alerts):
        told = (found.told or {}).get((one.identity.id, kind), ())
        yield from comparison.alert(one, wanted, kind, told, found.stage)
        yield from comparison.told_again(one.item.id, kind, told, int(kept.get("attempts", 1)))


def _error(kept: Mapping[str, Item]) -> str:
    error = kept.get("error", {})
    return f" in {error.get('state')} with {error.get('name')}" if error else ""
