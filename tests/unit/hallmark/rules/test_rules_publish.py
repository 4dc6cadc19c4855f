"""Rules become immutable versions, once per content, and a wrong file publishes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from botocore.exceptions import ClientError

from hallmark.errors import UserError
from hallmark.rules import publish
from hallmark.traffic import clock
from hallmark.traffic.parameters import RuleParameters
from hallmark.traffic.predicates import RULE_IDS

SHIPPED = Path(__file__).parents[4] / "rules" / "realtime.yaml"
PARAMETERS = RuleParameters(
    velocity_threshold=5,
    velocity_window_seconds=60,
    home_countries=("US", "NL"),
    domestic_regions=("us-east-1",),
    rules_cache_seconds=30,
)
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


@dataclass
class RulesStage:
    """A stage whose only service is a Rules table in memory; `meanwhile` runs before a write."""

    versions: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    meanwhile: Callable[[], None] = lambda: None
    system: str = "realtime"
    name: str = "dev"
    target: Literal["embedded", "aws"] = "embedded"
    api_url: str = ""
    api_key: str = ""
    quiet_seconds: float = 0.0

    @property
    def outputs(self) -> dict[str, str]:
        return {"RulesTable": "rules", "RuleParameters": PARAMETERS.model_dump_json(by_alias=True)}

    def client(self, service: str) -> "RulesStage":
        return self

    def query(self, **request: Any) -> dict[str, Any]:
        wanted = request["ExpressionAttributeValues"][":rule"]["S"]
        found = sorted(key for key in self.versions if key[0] == wanted)
        return {"Items": [self.versions[found[-1]]] if found else []}

    def put_item(self, **request: Any) -> None:
        assert request["ConditionExpression"] == "attribute_not_exists(ruleId)"
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        item = request["Item"]
        key = (item["ruleId"]["S"], int(item["version"]["N"]))
        if key in self.versions:
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")
        self.versions[key] = item


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
    stage.meanwhile = lambda: stage.versions.update(faster.versions)
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
    pytest.param("severity: low", "severity: mild", 3, "input should be", id="severity"),
    pytest.param("severity: low", "severety: low", 2, "field required", id="missing"),
    pytest.param("description: At night", "description: At night\n    note: x", 5, "extra inputs", id="extra"),
    pytest.param("severity: low", "severity: low\n    severity: high", 4, "occurs twice", id="key twice"),
    pytest.param("rules:", "rules: [", 2, "Correct the YAML", id="syntax"),
    pytest.param(ONE_RULE, ONE_RULE + ONE_RULE.removeprefix("rules:\n"), 1, "more than once", id="rule twice"),
    pytest.param(ONE_RULE, "", 1, "the file", id="empty"),
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
    assert not stage.versions


def test_a_missing_file_is_a_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Give the path of a rules file"):
        publish(RulesStage(), tmp_path / "none.yaml")
