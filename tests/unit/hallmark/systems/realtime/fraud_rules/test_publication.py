"""Rules become immutable versions, once per content, and a wrong file publishes nothing."""

import hashlib
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hallmark import clock
from hallmark.systems.realtime.cards.predicates import RULE_IDS
from hallmark.systems.realtime.fraud_rules import RULES, publish
from hallmark.systems.realtime.fraud_rules.model import Rule
from infra.errors import UserError
from tests.unit.hallmark.systems.realtime.fraud_rules.rules_stage import PARAMETERS, RulesStage

SHIPPED = RULES
ONE_RULE = """\
rules:
  - ruleId: night-time
    severity: low
    description: At night
    conditions:
      - field: localHour
        operator: lte
        value: 5
"""


def file(folder: Path, text: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.control("RT_RULE_FIVE")
def test_the_shipped_rules_are_published_once_from_the_beginning_on() -> None:
    stage = RulesStage()
    first = publish(stage, SHIPPED)
    assert [rule.rule_id for rule in first] == list(RULE_IDS)
    assert {(rule.version, rule.status, rule.effective_from) for rule in first} == {
        (1, "published", "1970-01-01T00:00:00.000Z")
    }
    again = publish(stage, SHIPPED)
    assert {(rule.version, rule.status) for rule in again} == {(1, "unchanged")}
    assert len(stage.versions) == 5


def test_parameters_and_types_are_stored_as_the_contract_says() -> None:
    stage = RulesStage()
    publish(stage, SHIPPED)
    value = {rule: stage.versions[rule, 1]["conditions"]["L"][-1]["M"]["value"] for rule in RULE_IDS}
    assert value["high-value-domestic"] == {"L": [{"S": "us-east-1"}]}
    assert value["velocity-spike"] == {"N": "5"}
    assert stage.versions["geo-anomaly", 1]["conditions"]["L"][0]["M"]["value"] == {"BOOL": True}
    assert set(stage.versions["night-time", 1]) == {
        *("ruleId", "version", "effectiveFrom", "severity", "description", "conditions", "contentHash")
    }


def test_new_content_is_a_new_version_after_every_cache(tmp_path: Path) -> None:
    stage = RulesStage()
    publish(stage, file(tmp_path, ONE_RULE))
    earliest = clock.now() + timedelta(seconds=2 * PARAMETERS.rules_cache_seconds)
    [second] = publish(stage, file(tmp_path, ONE_RULE.replace("value: 5", "value: 4")))
    assert (second.version, second.status) == (2, "published")
    assert clock.from_text(second.effective_from) >= earliest


@pytest.mark.parametrize(
    ("other", "expected"), [("value: 5", (1, "unchanged")), ("value: 3", (2, "published"))], ids=["same", "different"]
)
def test_the_slower_publisher_reads_again(tmp_path: Path, other: str, expected: tuple[int, str]) -> None:
    faster = RulesStage()
    publish(faster, file(tmp_path, ONE_RULE.replace("value: 5", other)))
    stage = RulesStage()
    stage.meanwhile = lambda: (stage.versions.update(faster.versions), stage.records.update(faster.records))[0]
    [rule] = publish(stage, file(tmp_path, ONE_RULE))
    assert (rule.version, rule.status) == expected
    assert stage.versions["night-time", 1] == faster.versions["night-time", 1]


MISTAKES = [
    pytest.param("operator: lte", "operator: lt", 7, "unknown operator `lt`", id="operator"),
    pytest.param("field: localHour", "field: hour", 6, "unknown field `hour`", id="field"),
    pytest.param("value: 5", "value: {parameter: nothing}", 8, "unknown parameter `nothing`", id="parameter"),
    pytest.param("value: 5", "value: five", 6, "does not suit", id="type"),
    pytest.param("value: 5", "value: true", 6, "does not suit", id="boolean"),
    pytest.param("operator: lte", "operator: in", 6, "needs a list", id="list"),
    pytest.param("field: localHour", "field: country", 6, "compares numbers", id="comparison"),
    pytest.param("night-time", "nighttime", 2, "unknown ruleId `nighttime`", id="rule"),
    pytest.param(
        "severity: low", "severity: mild", 3, "severity: use one of low, medium, high, critical.", id="severity"
    ),
    pytest.param("severity: low", "severety: low", 2, "severity: is missing.", id="missing"),
    pytest.param("description: At night", "description: At night\n    note: x", 5, "is not a known key", id="extra"),
    pytest.param("description: At night", "description: 7", 4, "description: must be a text.", id="no text"),
    pytest.param("description: At night", "description: ''", 4, "description: must not be empty.", id="empty text"),
    pytest.param("At night", f"'{'x' * 50_000}'", 2, "is longer than 50000 characters", id="too long"),
    pytest.param("At night", '"\\ud800"', 4, "an unpaired surrogate", id="half a character"),
    pytest.param("night-time", "[night\n    , time]", 2, "unknown ruleId `['night', 'time']`", id="rule list"),
    pytest.param("value: 5", "value: {parameter: [a]}", 8, "unknown parameter `['a']`", id="parameter list"),
    pytest.param("value: 5", "value: .inf", 6, "does not suit", id="infinite"),
    pytest.param("value: 5", "value: !!float .inf", 8, "`.inf` is not a decimal number", id="explicitly infinite"),
    pytest.param("value: 5", "value: !!float .nan", 8, "`.nan` is not a decimal number", id="no number"),
    pytest.param("value: 5", "value: 0.1234567890123456", 8, "of at most 15 digits", id="too many decimals"),
    pytest.param("value: 5", "value: 1e15", 8, "of at most 15 digits", id="too large"),
    pytest.param("value: 5", f"value: 1{'0' * 5_000}", 8, "of at most 15 digits", id="far too large"),
    pytest.param("value: 5", "value: 1e-9999", 8, "of at most 15 digits", id="too small"),
    pytest.param("value: 5", "value: 12:30", 6, "does not suit", id="sexagesimal"),
    pytest.param("value: 5", "? [a]\n        : 5", 8, "a key must be a text", id="key list"),
    pytest.param("value: 5", "value: !!python/object:os.system x", 8, "could not determine a constructor", id="tag"),
    pytest.param("severity: low", "severity: low\n    severity: high", 4, "is there twice", id="key twice"),
    pytest.param("rules:", "rules: [", 2, "Correct it, or give", id="syntax"),
    pytest.param(ONE_RULE, ONE_RULE + ONE_RULE.removeprefix("rules:\n"), 1, "more than once", id="rule twice"),
    pytest.param(ONE_RULE, "", 1, "the file: must have keys and values.", id="empty"),
    pytest.param(ONE_RULE, "- 1", 1, "the file: must have keys and values.", id="list"),
    pytest.param(ONE_RULE, "rules: 1", 1, "rules: must be a list.", id="no list"),
    pytest.param(ONE_RULE, "rules: []", 1, "rules: must not be empty.", id="empty list"),
    pytest.param(ONE_RULE, "rules: [1]", 1, "rules: must have keys and values.", id="no rule"),
    pytest.param(ONE_RULE, ONE_RULE + "1: 2", 9, "a key must be a text", id="number as a key"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), MISTAKES)
def test_a_wrong_file_is_told_by_its_line_and_publishes_nothing(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    stage = RulesStage()
    path = file(tmp_path, ONE_RULE.replace(old, new))
    with pytest.raises(UserError) as caught:
        publish(stage, path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not re.search("pydantic|instance|dictionary|input should|RuleFile|validat", str(caught.value))
    assert not stage.versions


@pytest.fixture
def recursion_limit() -> Iterator[None]:
    """Python's own limit, which libraries that are imported for other tests raise."""
    raised = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000)
    yield
    sys.setrecursionlimit(raised)


@pytest.mark.usefixtures("recursion_limit")
@pytest.mark.parametrize("text", ["a: \x00", "&a [*a]", "[" * 500], ids=["control", "circle", "deep"])
def test_what_makes_no_sense_is_a_users_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match="give the path of a rules file"):
        publish(RulesStage(), file(tmp_path, text))


NUMBERS = [
    ("1000.50", "1000.5"),
    ("1000.0", "1000"),
    ("1e3", "1000"),
    ("-0.01", "-0.01"),
    ("-0", "0"),
    ("123456789012.345", "123456789012.345"),
    ("0.100000000000000000000000000000", "0.1"),
]


@pytest.mark.parametrize(("written", "stored"), NUMBERS)
def test_a_number_is_stored_as_it_is_written(tmp_path: Path, written: str, stored: str) -> None:
    stage = RulesStage()
    text = ONE_RULE.replace("value: 5", f"value: {written}").replace("localHour", "amount")
    publish(stage, file(tmp_path, text))
    assert stage.versions["night-time", 1]["conditions"]["L"][0]["M"]["value"] == {"N": stored}
    [again] = publish(stage, file(tmp_path, text.replace(written, stored)))
    assert (again.version, again.status) == (1, "unchanged")


def test_numbers_in_a_list_may_have_decimals(tmp_path: Path) -> None:
    stage = RulesStage()
    text = ONE_RULE.replace("value: 5", "value: [0.5, 1]").replace("lte", "in").replace("localHour", "amount")
    publish(stage, file(tmp_path, text))
    assert stage.versions["night-time", 1]["conditions"]["L"][0]["M"]["value"] == {"L": [{"N": "0.5"}, {"N": "1"}]}


def test_norway_is_a_country(tmp_path: Path) -> None:
    stage = RulesStage()
    text = ONE_RULE.replace("value: 5", "value: [NO, SE]").replace("lte", "in").replace("localHour", "country")
    publish(stage, file(tmp_path, text))
    assert stage.versions["night-time", 1]["conditions"]["L"][0]["M"]["value"] == {"L": [{"S": "NO"}, {"S": "SE"}]}


@pytest.mark.parametrize(("operator", "value"), [("is", "m-42"), ("in", "[m-42]"), ("notIn", "[m-42]")])
def test_a_condition_may_be_on_the_optional_merchant(tmp_path: Path, operator: str, value: str) -> None:
    stage = RulesStage()
    text = ONE_RULE.replace("value: 5", f"value: {value}").replace("lte", operator).replace("localHour", "merchantId")
    [rule] = publish(stage, file(tmp_path, text))
    assert rule.status == "published"


def test_a_merchant_is_not_compared_as_a_number(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="compares numbers, but `merchantId` is not a number"):
        publish(RulesStage(), file(tmp_path, ONE_RULE.replace("localHour", "merchantId")))


def test_nothing_is_written_when_a_later_rule_cannot_be_serialized(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = RulesStage()
    content = Rule.content
    broken = {"amount": 1.5}  # A float: boto3 refuses it.
    monkeypatch.setattr(Rule, "content", lambda rule: broken if rule.rule_id == RULE_IDS[-1] else content(rule))
    with pytest.raises(TypeError):
        publish(stage, SHIPPED)
    assert not stage.versions


def test_the_content_hash_of_whole_numbers_is_what_it_always_was(tmp_path: Path) -> None:
    stage = RulesStage()
    publish(stage, file(tmp_path, ONE_RULE))
    canonical = (
        '{"conditions":[{"field":"localHour","operator":"lte","value":5}],'
        '"description":"At night","ruleId":"night-time","severity":"low"}'
    )
    expected = hashlib.sha256(canonical.encode()).hexdigest()
    assert stage.versions["night-time", 1]["contentHash"] == {"S": expected}


def test_a_missing_file_is_a_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="give the path of a rules file"):
        publish(RulesStage(), tmp_path / "none.yaml")
