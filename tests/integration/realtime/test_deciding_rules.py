"""The table of rules is declared as much as a resource: whatever is changed by hand, every command says so."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from hallmark.evidence.recorder import Recorder
from hallmark.gates.observed import judge
from hallmark.observe import deciding
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.fraud_rules import RULES, verify
from hallmark.systems.realtime.fraud_rules.content import content_hash
from hallmark.systems.realtime.fraud_rules.restoration import repairs, restore
from hallmark.systems.realtime.fraud_rules.store import Store
from infra.realtime.outputs import Output
from tests.integration.realtime.rules_in_force import put_back
from tests.support.command import Command
from tests.support.waiting import wait_for

Json = dict[str, Any]
RULE = "high-value-domestic"


@dataclass(frozen=True)
class Hand:
    """Somebody with rights on the table, who changes the rule's latest version."""

    stage: Stage

    @property
    def latest(self) -> Json:
        query = {":rule": {"S": RULE}}
        found = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="ruleId = :rule",
            ExpressionAttributeValues=query,
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        row: Json = found["Items"][0]
        return row

    @property
    def version(self) -> int:
        return int(self.latest["version"]["N"])

    def put(self, row: Json, *, rehash: bool = False) -> None:
        if rehash:
            read = TypeDeserializer().deserialize
            row = {**row, "contentHash": {"S": content_hash({name: read(value) for name, value in row.items()})}}
        self._dynamodb.put_item(TableName=self._table, Item=row)

    def delete(self) -> None:
        key = {name: self.latest[name] for name in ("ruleId", "version")}
        self._dynamodb.delete_item(TableName=self._table, Key=key)

    def loosened(self) -> Json:
        row = copy.deepcopy(self.latest)
        row["conditions"]["L"][0]["M"]["value"] = {"N": "99999999"}
        return row

    @property
    def _dynamodb(self) -> Any:
        return self.stage.client("dynamodb")

    @property
    def _table(self) -> str:
        return self.stage.outputs[Output.RULES_TABLE]


HANDS: dict[str, tuple[Callable[[Hand], None], str]] = {
    "loosened": (lambda hand: hand.put(hand.loosened()), ".conditions[0].value"),
    "loosened, with its hash": (lambda hand: hand.put(hand.loosened(), rehash=True), ".conditions[0].value"),
    "deleted": (lambda hand: hand.delete(), ""),
    "later": (lambda hand: hand.put({**hand.latest, "effectiveFrom": {"S": "2999-01-01"}}), ".effectiveFrom"),
    "earlier": (lambda hand: hand.put({**hand.latest, "effectiveFrom": {"S": "1969-01-01"}}), ".effectiveFrom"),
    "another type": (lambda hand: hand.put({**hand.latest, "severity": {"N": "1"}}), ".severity"),
    "unreadable": (lambda hand: hand.put({**hand.latest, "conditions": {"S": "none"}}), ".conditions"),
    "one more": (lambda hand: hand.put({**hand.latest, "note": {"S": "x"}}), ".note"),
}


@pytest.fixture
def hand(stage: Stage) -> Iterator[Hand]:
    """Changes are taken back afterwards."""
    assert verify(stage) == []
    yield Hand(stage)
    restore(stage, repairs(Store(stage).read()))
    put_back(stage)
    assert verify(stage) == []


@pytest.mark.control("RT_RULE_FIVE")
@pytest.mark.parametrize("how", HANDS)
def test_a_row_that_is_changed_by_hand_is_a_difference(hand: Hand, how: str) -> None:
    change, path = HANDS[how]
    place = f"items[{RULE}, {hand.version}]{path}"
    change(hand)
    found = deciding.differences(hand.stage)
    assert place in [one.path for one in found]
    assert {one.type for one in found} == {"AWS::DynamoDB::Table"}
    restore = "write back what was published: `hallmark realtime rules restore --stage dev`"
    assert restore in [one.mend for one in found if one.path == place]


@pytest.mark.control("RT_RULE_FIVE")
@pytest.mark.parametrize(
    "added", [{"version": {"N": "1000"}}, {"version": {"N": "0.5"}}, {"ruleId": {"S": "another"}}], ids=str
)
def test_a_row_that_nobody_published_is_a_difference(hand: Hand, added: Json) -> None:
    row = {**hand.latest, **added}
    hand.put(row, rehash=True)
    place = f"items[{row['ruleId']['S']}, {row['version']['N']}]"
    assert place in [one.path for one in deciding.differences(hand.stage)]


@pytest.mark.embedded
def test_the_gate_fails_the_control_that_owns_the_rules(hand: Hand, tmp_path: Path) -> None:
    hand.put(hand.loosened(), rehash=True)
    record = Recorder()
    judge(hand.stage, record, tmp_path)
    (failed,) = [proof for proof in record.proofs if proof.outcome == "failed"]
    assert (failed.control, failed.kind) == ("RT_RULE_FIVE", "observed")
    place = f"items[{RULE}, {hand.version}].conditions[0].value"
    finding = next(one for one in failed.findings if one.path == place)
    assert (finding.wanted, finding.found) == ("1000", "99999999")
    assert "rules verify" in finding.fix


def _said(hallmark: Command, *words: str) -> str:
    done = hallmark(*words, "--target", "aws")
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.control("RT_RULE_FIVE", "RT_AUDIT", "RT_NO_LOSS")
def test_every_command_names_a_loosened_condition(
    hand: Hand, hallmark: Command, api: Any, transaction: Callable[..., Json], tmp_path: Path
) -> None:
    place = f"items[{RULE}, {hand.version}].conditions[0].value"
    hand.put(hand.loosened(), rehash=True)
    assert f"{place}: declared 1000, observed 99999999" in _said(hallmark, "rules", "verify")
    assert place in _said(hallmark, "drift")
    _wait_for_the_caches(hand.stage, api, transaction)

    ledger = tmp_path / "ledger.json"
    said = _said(hallmark, "send", "--generate", "40", "--json", str(ledger))
    assert place in said and "rules restore" in said
    differences = json.loads(ledger.read_text())["differences"]
    assert [one.partition(":")[0] for one in differences[:2]] == ["suspicions", "alerts"]

    body = transaction(amount=1000)
    api.accept(body)
    said = _said(hallmark, "realtime", "audit", body["transactionId"])
    assert f"verdict of {RULE}: cleared, but the plain predicate high_value_domestic says suspected" in said
    assert f"version {hand.version} is not as it was published: {place}" in said

    before = hand.version
    said = _said(hallmark, "rules", "publish")
    assert place in said and "published" in said
    assert hand.version == before + 1
    assert "unchanged" not in said.split(RULE)[1].splitlines()[0]


def _wait_for_the_caches(stage: Stage, api: Any, transaction: Callable[..., Json]) -> None:
    """Wait until the detector reads the table: until then it judges by what was there."""

    def cleared() -> bool:
        body = transaction(amount=1000)
        api.accept(body)
        return wait_for(lambda: _outcome(stage, body["transactionId"]), "a verdict") == "cleared"

    wait_for(cleared, "the changed rule", seconds=10 * RuleParameters.of(stage.outputs).rules_cache_seconds)


def _outcome(stage: Stage, transaction_id: str) -> str | None:
    found = stage.client("dynamodb").query(
        TableName=stage.outputs[Output.AUDIT_LOGS_TABLE],
        KeyConditionExpression="transactionId = :id",
        ExpressionAttributeValues={":id": {"S": transaction_id}},
        ConsistentRead=True,
    )["Items"]
    return next((item["outcome"]["S"] for item in found if item["kind"]["S"] == "verdict"), None)


@pytest.mark.control("RT_AUDIT")
def test_the_audit_names_a_rule_that_did_not_judge(
    hand: Hand, hallmark: Command, stage: Stage, api: Any, transaction: Callable[..., Json]
) -> None:
    """The verdict's record is gone, as if the detector had never been called."""
    body = transaction(merchantCategory="crypto")
    api.accept(body)
    identity = body["transactionId"]
    wait_for(lambda: _outcome(stage, identity), "the verdict")
    for record in _records(stage, identity):
        if record["kind"]["S"] != "accepted":
            key = {name: record[name] for name in ("transactionId", "ts")}
            stage.client("dynamodb").delete_item(TableName=stage.outputs[Output.AUDIT_LOGS_TABLE], Key=key)
    assert "high-risk-merchant: should have judged" in _said(hallmark, "realtime", "audit", identity)


def _records(stage: Stage, transaction_id: str) -> list[Json]:
    found: list[Json] = stage.client("dynamodb").query(
        TableName=stage.outputs[Output.AUDIT_LOGS_TABLE],
        KeyConditionExpression="transactionId = :id",
        ExpressionAttributeValues={":id": {"S": transaction_id}},
        ConsistentRead=True,
    )["Items"]
    return found


@pytest.mark.control("RT_RULE_FIVE")
def test_rules_of_another_file_are_named_until_this_trees_are_in_force(
    hand: Hand, hallmark: Command, tmp_path: Path
) -> None:
    file = tmp_path / "other.yaml"
    file.write_text(RULES.read_text(encoding="utf-8").replace("value: 1000}", "value: 1000.5}"), encoding="utf-8")
    assert hallmark("rules", "publish", str(file), "--target", "aws").returncode == 0
    assert hallmark("rules", "verify", str(file), "--target", "aws").returncode == 0
    said = _said(hallmark, "rules", "verify")
    assert "declared 1000, observed 1000.5" in said and "rules publish" in said and "restore" not in said
    assert hallmark("rules", "publish", "--target", "aws").returncode == 0
    done = hallmark("rules", "verify", "--target", "aws")
    assert (done.returncode, "as they were published" in done.stdout) == (0, True)


@pytest.mark.control("RT_RULE_FIVE")
def test_restore_asks_and_tells(hand: Hand, hallmark: Command) -> None:
    version = hand.version
    hand.put(hand.loosened())
    done = hallmark("rules", "restore", "--target", "aws")
    assert done.returncode == 1 and f"write back {RULE} version {version}" in done.stdout
    assert verify(hand.stage)
    done = hallmark("rules", "restore", "--yes", "--target", "aws")
    assert (done.returncode, "1 version restored" in done.stdout) == (0, True), done.stderr
    assert verify(hand.stage) == []
