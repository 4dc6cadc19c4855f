"""Whatever is changed by hand in the table Rules is named with its place, and can be restored as it was published."""

import copy
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hallmark import clock
from hallmark.systems.realtime.cards.predicates import RULE_IDS
from hallmark.systems.realtime.fraud_rules import RULES, publish, verify
from hallmark.systems.realtime.fraud_rules.restoration import repairs, restore
from hallmark.systems.realtime.fraud_rules.store import Store
from hallmark.systems.realtime.ledger.deciding_rules import DecidingRules, deciding_rules
from tests.unit.hallmark.systems.realtime.fraud_rules.rules_stage import RulesStage

RULE = "high-value-domestic"
KEY = (RULE, 1.0)
PLACE = f"items[{RULE}, 1]"
Hand = Callable[[RulesStage], None]


def _loosened(row: dict[str, Any]) -> dict[str, Any]:
    row = copy.deepcopy(row)
    row["conditions"]["L"][0]["M"]["value"] = {"N": "99999999"}
    return row


def _loosen(stage: RulesStage, rehash: bool = False) -> None:
    stage.versions[KEY] = _loosened(stage.versions[KEY])
    if rehash:
        stage.rehash(KEY)


def _add(rule: str = RULE, version: str = "2", **attributes: Any) -> Hand:
    def add(stage: RulesStage) -> None:
        row = {**_loosened(stage.versions[KEY]), "ruleId": {"S": rule}, "version": {"N": version}, **attributes}
        stage.versions[rule, float(version)] = row
        stage.rehash((rule, float(version)))

    return add


def _with_its_record(stage: RulesStage) -> None:
    """Change a row, its hash, and the record of its publication alike."""
    _loosen(stage, rehash=True)
    stage.records[f"{RULE}#00000001"]["rule"] = {"M": stage.versions[KEY]}


def _typed(value: dict[str, Any]) -> Hand:
    def change(stage: RulesStage) -> None:
        stage.versions[KEY]["conditions"]["L"][0]["M"]["value"] = value

    return change


HANDS: list[Any] = [
    pytest.param(_loosen, [f"{PLACE}.conditions[0].value"], id="loosened"),
    pytest.param(lambda s: _loosen(s, True), [f"{PLACE}.conditions[0].value", f"{PLACE}.contentHash"], id="rehashed"),
    pytest.param(_with_its_record, [f"{PLACE}.conditions[0].value"], id="with its record"),
    pytest.param(lambda s: s.versions.pop(KEY), [PLACE, f"items[{RULE}]"], id="deleted"),
    pytest.param(_add(), [f"items[{RULE}, 2]", f"items[{RULE}, 2].conditions[0].value"], id="newer"),
    pytest.param(_add(version="1.5"), [f"items[{RULE}, 1.5]", f"items[{RULE}, 1.5].conditions[0].value"], id="between"),
    pytest.param(_add("no-such-rule", "1"), ["items[no-such-rule, 1]"], id="another rule"),
    pytest.param(
        lambda s: s.change(KEY, effectiveFrom={"S": "2999-01-01T00:00:00.000Z"}),
        [f"{PLACE}.effectiveFrom", f"items[{RULE}]"],
        id="in the far future",
    ),
    pytest.param(
        lambda s: s.change(KEY, effectiveFrom={"S": "1969-01-01T00:00:00.000Z"}), [f"{PLACE}.effectiveFrom"], id="past"
    ),
    pytest.param(_typed({"S": "1000"}), [f"{PLACE}.conditions[0].value"], id="a text for a number"),
    pytest.param(_typed({"SS": ["1000"]}), [f"{PLACE}.conditions[0].value", f"items[{RULE}]"], id="a set"),
    pytest.param(lambda s: s.change(KEY, severity={"S": "low"}), [f"{PLACE}.severity"], id="severity"),
    pytest.param(lambda s: s.change(KEY, note={"S": "x"}), [f"{PLACE}.note"], id="another attribute"),
    pytest.param(lambda s: s.change(KEY, contentHash={"S": "0"}), [f"{PLACE}.contentHash"], id="the hash alone"),
    pytest.param(
        lambda s: s.change(KEY, conditions={"S": "none"}), [f"{PLACE}.conditions", f"items[{RULE}]"], id="unreadable"
    ),
    pytest.param(
        lambda s: s.change(KEY, severity=None), [f"{PLACE}.severity", f"items[{RULE}]"], id="an attribute less"
    ),
]


@pytest.fixture
def stage() -> RulesStage:
    found = RulesStage()
    publish(found)
    assert verify(found) == []
    return found


@pytest.mark.parametrize(("hand", "paths"), HANDS)
def test_what_is_changed_by_hand_is_named(stage: RulesStage, hand: Hand, paths: list[str]) -> None:
    hand(stage)
    assert [one.path for one in verify(stage)] == paths


def test_both_values_are_told_with_their_types(stage: RulesStage) -> None:
    _typed({"S": "1000"})(stage)
    assert [str(one) for one in verify(stage)] == [f'{PLACE}.conditions[0].value: declared 1000, observed "1000"']


@pytest.mark.parametrize(("hand", "paths"), [one for one in HANDS if one.id != "with its record"])
def test_everything_is_restored_as_it_was_published(stage: RulesStage, hand: Hand, paths: list[str]) -> None:
    before = copy.deepcopy(stage.versions)
    hand(stage)
    restore(stage, repairs(Store(stage).read()))
    assert stage.versions == before
    assert verify(stage) == []
    assert [item["kind"]["S"] for name, item in stage.records.items() if "#restored#" in name] == ["restoration"]


@pytest.mark.parametrize(("hand", "paths"), [one for one in HANDS if one.id != "another rule"])
def test_publishing_never_calls_it_unchanged(stage: RulesStage, hand: Hand, paths: list[str]) -> None:
    hand(stage)
    known = max(version for rule, version in [*stage.versions, KEY] if rule == RULE)
    earliest = clock.now() + timedelta(seconds=60)
    rule = publish(stage)[0]
    assert (rule.rule_id, rule.version, rule.status) == (RULE, int(known) + 1, "published")
    assert clock.from_text(rule.effective_from) >= earliest
    assert [one for one in verify(stage) if one.tampered] or hand is _with_its_record
    assert f"items[{RULE}, {rule.version}]" not in str([one.path for one in verify(stage)])


def test_the_others_stay_unchanged(stage: RulesStage) -> None:
    _loosen(stage)
    assert {(rule.version, rule.status) for rule in publish(stage)[1:]} == {(1, "unchanged")}


@pytest.fixture
def narrow(tmp_path: Path) -> Path:
    path = tmp_path / "narrow.yaml"
    path.write_text(RULES.read_text(encoding="utf-8").replace("value: 1000}", "value: 5000}"), encoding="utf-8")
    return path


def test_another_file_is_a_difference_but_the_history_is_not(stage: RulesStage, narrow: Path) -> None:
    publish(stage, narrow)
    (one,) = verify(stage)
    assert (one.path, one.declared, one.observed) == (f"items[{RULE}, 2].conditions[0].value", 1000, 5000)
    assert not one.tampered
    assert verify(stage, narrow) == []
    later = clock.now() + timedelta(days=1)
    assert deciding_rules(stage, later) == DecidingRules((), f"{RULE} version 2 of narrow.yaml, not rules.yaml")
    assert f"; {RULE} version 2 from 2" in deciding_rules(stage, clock.now()).others
    publish(stage)
    assert verify(stage) == []


def test_an_older_version_counts_as_much(stage: RulesStage, narrow: Path) -> None:
    publish(stage, narrow)
    publish(stage)
    row, record = stage.versions.pop(KEY), stage.records.pop(f"{RULE}#00000001")
    assert [(one.path, one.tampered) for one in verify(stage)] == [(PLACE, True), (f"items[{RULE}]", False)]
    stage.versions[KEY] = _loosened(row)
    stage.rehash(KEY)
    stage.records[f"{RULE}#00000001"] = {**record, "rule": {"M": stage.versions[KEY]}}
    assert [one.path for one in verify(stage)] == [f"{PLACE}.publication"]
    assert repairs(Store(stage).read()) == []


def test_a_number_is_never_used_again(stage: RulesStage, narrow: Path) -> None:
    publish(stage, narrow)
    del stage.versions[RULE, 2.0]
    assert publish(stage)[0].version == 3


def test_a_first_version_without_a_record_is_recorded(stage: RulesStage) -> None:
    stage.records.clear()
    assert len(verify(stage)) == len(RULE_IDS)
    assert {rule.status for rule in publish(stage)} == {"recorded"}
    assert verify(stage) == []


@pytest.mark.parametrize("attribute", ["rule", "parameters", "file", "earlier"])
def test_a_record_that_proves_nothing_is_none(stage: RulesStage, attribute: str) -> None:
    stage.records[f"{RULE}#00000001"][attribute] = {"N": "1"}
    found = [one.path for one in verify(stage)]
    assert found == ([] if attribute == "file" else [PLACE])


def test_a_ledger_names_some_of_what_nobody_published(stage: RulesStage) -> None:
    for rule in RULE_IDS:
        stage.change((rule, 1.0), note={"S": "x"})
    *named, more, fix = deciding_rules(stage, clock.now()).tampered
    assert [one.startswith("rules not as published: items[") for one in named] == [True] * 3
    assert "and 2 more" in more and "rules restore" in fix


def test_long_values_are_cut(stage: RulesStage) -> None:
    stage.change(KEY, description={"S": "x" * 5000})
    assert len(str(verify(stage)[0])) < 500
