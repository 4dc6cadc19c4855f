"""Publication of rules into the Rules table: new content gets a new version; existing versions never change."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.fraud_rules.content import content_hash, content_of, same
from hallmark.systems.realtime.fraud_rules.file import read_rules
from hallmark.systems.realtime.fraud_rules.model import Rule
from hallmark.systems.realtime.fraud_rules.store import Key, Row, State, Store, serialized
from infra.errors import UserError

RULES = Path(__file__).with_name("rules.yaml")
BEGINNING = "1970-01-01T00:00:00.000Z"
_ATTEMPTS = 5
_CLOCK_MARGIN = timedelta(seconds=5)
Status = Literal["published", "recorded", "unchanged"]


class PublishedRule(NamedTuple):
    """A rule's latest version after publication; `effective_from` is UTC with milliseconds.

    `recorded` is a first version that was in the table as it would be published, without the record of it.
    """

    rule_id: str
    version: int
    status: Status
    effective_from: str


def publish(stage: Stage, path: Path = RULES) -> list[PublishedRule]:
    """Publish the rules of a file and return their latest versions, in the file's order.

    Everything is validated, read and serialized before the first record is written. A rule is not published if its
    latest version has its content and is, byte for byte, what was published; else it gets a new version with a number
    that was never used. UserError for an invalid file, and when other publishers keep interfering.
    """
    parameters = RuleParameters.of(stage.outputs)
    store = Store(stage)
    state = store.read()
    drafts = [_draft(state, rule, path.name, parameters) for rule in read_rules(path, parameters)]
    return [_publish(store, draft, parameters) for draft in drafts]


class _Draft(NamedTuple):
    """A rule, its latest version after publication, that version in DynamoDB's format, and what its record says."""

    rule: Rule
    result: PublishedRule
    item: dict[str, Any]
    about: dict[str, Any]


def _draft(state: State, rule: Rule, file: str, parameters: RuleParameters) -> _Draft:
    known = [key for key in state.keys if key.rule_id == rule.rule_id]
    status: Status = "published"
    version, effective_from = 1, BEGINNING
    if known:
        latest = known[-1]
        row = state.rows.get(latest)
        if row is not None and (kept := _kept(state, latest, row, rule)):
            version, status, effective_from = int(latest.version), kept, str(row["effectiveFrom"])
        else:
            version, effective_from = int(latest.version) + 1, _after_every_cache(parameters)
    content = {**rule.content(), "contentHash": rule.content_hash()}
    item = serialized({**content, "version": version, "effectiveFrom": effective_from})
    published = {key: sha for key, sha in state.digests.items() if key.rule_id == rule.rule_id}
    earlier = {str(key.version): sha for key, sha in published.items() if key.version != version}
    about = {"file": file, "parameters": parameters.model_dump_json(by_alias=True), "earlier": earlier}
    return _Draft(rule, PublishedRule(rule.rule_id, version, status, effective_from), item, about)


def _kept(state: State, key: Key, row: Row, rule: Rule) -> Status | None:
    """Return the status of a latest version that need not be published again; None for any other."""
    if not same(content_of(row), rule.content()) or row.get("contentHash") != content_hash(row):
        return None
    published = state.publications.get(key)
    if published is None:
        first = key.version == 1 and row.get("effectiveFrom") == BEGINNING
        return "recorded" if first else None
    return "unchanged" if same(published.row, row) else None


def _publish(store: Store, draft: _Draft, parameters: RuleParameters) -> PublishedRule:
    for _ in range(_ATTEMPTS):
        status = draft.result.status
        if status == "unchanged":
            return draft.result
        if store.publish(draft.item, draft.about, row_exists=status == "recorded"):
            return draft.result
        draft = _draft(store.read(), draft.rule, draft.about["file"], parameters)
    raise UserError(f"Rule {draft.rule.rule_id}: others are publishing it at the same time. Publish again later.")


def _after_every_cache(parameters: RuleParameters) -> str:
    """Return a time that no cache of the detector can miss: two lifetimes ahead, plus a margin for clocks."""
    return clock.to_text(clock.now() + 2 * timedelta(seconds=parameters.rules_cache_seconds) + _CLOCK_MARGIN)
