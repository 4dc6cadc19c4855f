"""Verification of the table Rules: against what was published, version by version, and against a file's rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.fraud_rules.content import (
    Unequal,
    content_hash,
    content_of,
    digest,
    is_readable,
    same,
    short,
    unequal,
)
from hallmark.systems.realtime.fraud_rules.file import read_rules
from hallmark.systems.realtime.fraud_rules.model import Rule
from hallmark.systems.realtime.fraud_rules.publication import RULES
from hallmark.systems.realtime.fraud_rules.store import Key, Row, State, Store

RESTORE, PUBLISH = "hallmark realtime rules restore", "hallmark realtime rules publish"


@dataclass(frozen=True)
class Deviation:
    """One deviation of the table; `tampered` is from what was published, else only from the file's rules."""

    rule_id: str
    path: str
    declared: Any
    observed: Any
    tampered: bool

    def __str__(self) -> str:
        return f"{self.path}: declared {_shown(self.declared)}, observed {_shown(self.observed)}"


def verify(stage: Stage, path: Path = RULES) -> list[Deviation]:
    """Return every deviation of the stage's rules from what was published, and from a file's rules, rule by rule.

    A version that is published and takes effect soon counts as in force. UserError for an invalid file.
    """
    state, rules = Store(stage).read(), read_rules(path, RuleParameters.of(stage.outputs))
    found = tampered(state)
    seen = {one.path for one in found}
    others = [one for one in _others(state, rules, clock.to_text(clock.now())) if one.path not in seen]
    return sorted([*found, *others], key=lambda one: one.rule_id)


def tampered(state: State) -> list[Deviation]:
    """Return what differs from the records of publication: changed, missing and unpublished versions."""
    return [Deviation(key.rule_id, *one, True) for key in state.keys for one in _of_version(key, state)]


def _of_version(key: Key, state: State) -> Iterator[Unequal]:
    row, published, sha = state.rows.get(key), state.publications.get(key), state.digests.get(key)
    path = f"items[{key.rule_id}, {key.version}]"
    if published is not None and digest(published.row) != sha:
        yield Unequal(f"{path}.publication", f"SHA-256 {sha}", f"SHA-256 {digest(published.row)}")
    if row is None or published is None:
        declared = short(published.row) if published else f"a row with SHA-256 {sha}" if sha else None
        yield Unequal(path, declared, short(row) if row else None)
    else:
        yield from unequal(published.row, row, path)
    # Also where row and record were changed alike.
    if (
        row is not None
        and (published is None or same(published.row, row))
        and row.get("contentHash") != content_hash(row)
    ):
        yield Unequal(f"{path}.contentHash", content_hash(row), short(row.get("contentHash")))


def _others(state: State, rules: Sequence[Rule], now: str) -> Iterator[Deviation]:
    """Yield what differs from a file's rules: their latest version is not theirs, none is in force, others are."""
    for rule in rules:
        rows = {key: row for key, row in state.rows.items() if key.rule_id == rule.rule_id}
        if not state.in_force(rule.rule_id, now):
            unread = [key for key, row in rows.items() if not is_readable(row)]
            why = f"{unread[0]} cannot be read" if unread else "no version is in force"
            yield Deviation(rule.rule_id, f"items[{rule.rule_id}]", "a version in force", why, False)
        if rows:
            yield from _of_latest(rule, max(rows), rows[max(rows)])
    for name in sorted({key.rule_id for key in state.rows} - {rule.rule_id for rule in rules}):
        key = state.in_force(name, now)
        if key:
            path = f"items[{name}, {key.version}]"
            yield Deviation(name, path, None, short(state.rows[key]), False)


def _of_latest(rule: Rule, key: Key, row: Row) -> Iterator[Deviation]:
    path = f"items[{key.rule_id}, {key.version}]"
    for one in unequal(rule.content(), content_of(row), path):
        yield Deviation(rule.rule_id, *one, False)


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value)
