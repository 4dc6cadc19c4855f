"""The changes between two reports of one system."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from hallmark.report.against.document import Document, Fault, Found, Gate, Judged, Waiver
from hallmark.report.against.load_changes import load_changes
from hallmark.report.against.rows import Change, Sense
from hallmark.report.standing import LABELS, WORST_FIRST, Verdict, of

Item = TypeVar("Item")
# A finding that is new, by whether it is waived; and one that both runs have, by whether it is waived now.
_NEW: Mapping[bool, tuple[Sense, str]] = {False: ("worse", "new"), True: ("changed", "new, waived")}
_AGAIN: Mapping[bool, tuple[Sense, str]] = {False: ("worse", "no longer waived"), True: ("changed", "now waived")}


@dataclass(frozen=True)
class _Pair:
    before: Document
    now: Document


def changes(before: Document, now: Document) -> list[Change]:
    """Return what differs between the base and this run, the worse first."""
    pair = _Pair(before, now)
    parts = (_controls, _findings, _tool_findings, _gates, _problems, _faults, _waivers)
    found = [change for part in parts for change in part(pair)]
    found += load_changes(before.load, now.load)
    order: tuple[Sense, ...] = ("worse", "better", "changed")
    return sorted(found, key=lambda change: order.index(change.sense))


def _controls(pair: _Pair) -> Iterator[Change]:
    before, now = _keyed(pair.before.controls, _id), _keyed(pair.now.controls, _id)
    for name in _union(before, now):
        old, new = before.get(name), now.get(name)
        if old is None and new is not None:
            sense: Sense = "worse" if new.verdict in ("failed", "unproven") else "changed"
            yield Change(sense, "control", new.id, f"new, {_standing(new)}", new.reason)
        elif new is None and old is not None:
            yield Change("worse", "control", old.id, f"gone, was {_standing(old)}", old.title)
        elif old and new and _standing(old) != _standing(new):
            sense = _sense(WORST_FIRST.index(old.verdict), WORST_FIRST.index(new.verdict))
            yield Change(sense, "control", new.id, f"{_standing(old)} -> {_standing(new)}", new.reason or new.title)


def _id(item: Judged) -> str:
    return item.id


def _standing(item: Judged) -> str:
    verdict: Verdict = item.verdict
    return LABELS[of(verdict, item.proved_on) if item.proved_on else verdict].lower().replace("aws", "AWS")


def _findings(pair: _Pair) -> Iterator[Change]:
    """Yield findings of controls that both runs have; a control that is new or gone says it all."""
    both = {item.id for item in pair.before.controls} & {item.id for item in pair.now.controls}
    yield from _compared(_of_controls(pair.before, both), _of_controls(pair.now, both), pair)


def _of_controls(document: Document, names: set[str]) -> dict[str, tuple[str, Found]]:
    controls = (item for item in document.controls if item.id in names)
    return {one.fingerprint: (item.id, one) for item in controls for one in item.findings}


def _tool_findings(pair: _Pair) -> Iterator[Change]:
    before, now = (
        {one.fingerprint: (one.rule, one) for one in document.tool_findings} for document in (pair.before, pair.now)
    )
    yield from _compared(before, now, pair)


def _compared(
    before: Mapping[str, tuple[str, Found]], now: Mapping[str, tuple[str, Found]], pair: _Pair
) -> Iterator[Change]:
    for identity in _union(before, now):
        if identity not in before:
            name, one = now[identity]
            if _gate(one) not in pair.before.judged:
                yield _of_finding("changed", name, one, "not known before: the base has no valid result of this gate")
            else:
                sense, what = _NEW[bool(one.waived_by)]
                yield _of_finding(sense, name, one, what)
        elif identity not in now:
            name, one = before[identity]
            # A gate that has not judged reports nothing: that is no improvement.
            if _gate(one) in pair.now.judged:
                yield _of_finding("better", name, one, "gone")
        else:
            name, one = now[identity]
            was, waived = before[identity][1].waived_by, one.waived_by
            if bool(was) != bool(waived):
                sense, what = _AGAIN[bool(waived)]
                yield _of_finding(sense, name, one, what)


def _gate(one: Found) -> str:
    return one.gate or one.tool


def _of_finding(sense: Sense, name: str, one: Found, what: str) -> Change:
    stack = one.artifact.rpartition("/")[2].removesuffix(".template.json")
    place = " ".join(filter(None, (one.resource, one.path, f"in {stack}" if stack else "")))
    detail = one.message or f"found {one.found or 'a violation'}" + (f", wanted {one.wanted}" if one.wanted else "")
    return Change(sense, "finding", name, what, f"{place}: {detail}", one.source)


def _gates(pair: _Pair) -> Iterator[Change]:
    def name(gate: Gate) -> str:
        return gate.name

    before, now = _keyed(pair.before.gates, name), _keyed(pair.now.gates, name)
    for gate in _union(before, now):
        old, new = before.get(gate), now.get(gate)
        if old and new:
            yield from _outcome("gate", gate, old.outcome, new.outcome, new.detail)
        elif new:
            sense: Sense = "changed" if new.outcome == "passed" else "worse"
            yield Change(sense, "gate", gate, f"new, {new.outcome}", new.detail)
        elif old:
            yield Change("changed", "gate", gate, f"gone, was {old.outcome}")


def _faults(pair: _Pair) -> Iterator[Change]:
    def key(fault: Fault) -> str:
        return fault.id

    before, now = _keyed(pair.before.faults, key), _keyed(pair.now.faults, key)
    for name in _union(before, now):
        old, new = before.get(name), now.get(name)
        if old and new:
            yield from _outcome("fault", name, old.outcome, new.outcome, new.fault)
        elif new:
            sense: Sense = "worse" if new.outcome == "failed" else "changed"
            yield Change(sense, "fault", name, f"new, {new.outcome}", new.fault)
        elif old:
            yield Change("worse", "fault", name, f"gone, was {old.outcome}", old.fault)


def _outcome(kind: str, name: str, old: str, new: str, detail: str) -> Iterator[Change]:
    if old != new:
        sense: Sense = "worse" if old == "passed" else "better" if new == "passed" else "changed"
        yield Change(sense, kind, name, f"{old} -> {new}", detail)


def _problems(pair: _Pair) -> Iterator[Change]:
    before, now = pair.before.run.problems, pair.now.run.problems
    yield from (Change("worse", "problem", "", "new", text) for text in now if text not in before)
    yield from (Change("better", "problem", "", "gone", text) for text in before if text not in now)


def _waivers(pair: _Pair) -> Iterator[Change]:
    def key(waiver: Waiver) -> str:
        return repr((waiver.tool, waiver.rule, sorted(waiver.scope.items())))

    before, now = _keyed(pair.before.waivers, key), _keyed(pair.now.waivers, key)
    for name in _union(before, now):
        old, new = before.get(name), now.get(name)
        one = new or old
        if one is None:
            continue
        text = f"{one.scope}: {one.reason}"
        if old is None:
            yield Change("changed", "waiver", one.rule, f"new, until {one.expires}", text)
        elif new is None:
            yield Change("changed", "waiver", one.rule, "gone", text)
        elif new.days_left < 0 <= old.days_left:
            yield Change("worse", "waiver", one.rule, f"expired on {one.expires}", text)
        elif new.expires != old.expires:
            yield Change("changed", "waiver", one.rule, f"until {old.expires} -> until {new.expires}", text)


def _sense(old: int, new: int) -> Sense:
    """Return the sense of a change between places in a list that begins with the worst."""
    return "worse" if new < old else "better" if new > old else "changed"


def _keyed(items: Iterable[Item], key: Callable[[Item], str]) -> dict[str, Item]:
    return {key(item): item for item in items}


def _union(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    return [*now, *(name for name in before if name not in now)]
