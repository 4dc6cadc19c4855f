"""Restoration of the table Rules: every version as it was published, and none that was not."""

from typing import NamedTuple

from hallmark.stage import Stage
from hallmark.systems.realtime.cards.predicates import RULE_IDS
from hallmark.systems.realtime.fraud_rules.content import digest, same
from hallmark.systems.realtime.fraud_rules.store import Key, Row, State, Store


class Repair(NamedTuple):
    """What to do about one version: write it back, or delete it where `published` is None."""

    key: Key
    found: Row | None
    published: Row | None

    def __str__(self) -> str:
        if self.published is None:
            return f"delete {self.key}: nobody published it"
        return f"write back {self.key}: it was {'changed' if self.found else 'deleted'}"


def repairs(state: State) -> list[Repair]:
    """Return what makes the table what the records of publication say.

    A row whose record is missing or was changed is left alone: nothing says what it was.
    """
    proven = {key: one.row for key, one in state.publications.items() if digest(one.row) == state.digests[key]}
    strangers = state.rows.keys() - state.digests.keys()
    known = {key.rule_id for key in state.digests}
    deleted = [key for key in strangers if key.rule_id in known or key.rule_id not in RULE_IDS]
    changed = [key for key, row in proven.items() if key not in state.rows or not same(row, state.rows[key])]
    return [Repair(key, state.rows.get(key), proven.get(key)) for key in sorted((*changed, *deleted))]


def restore(stage: Stage, planned: list[Repair]) -> None:
    """Make the repairs; the found row of each is kept in AuditLogs."""
    store = Store(stage)
    for repair in planned:
        store.restore(*repair)
