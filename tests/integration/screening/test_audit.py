"""From the state table alone every decision is made again and equal; other rules make new decisions only."""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from screening.compliance_checking import logic as judging
from screening.compliance_checking.logic import check
from screening.compliance_checking.rules import ComplianceRules
from screening.compliance_checking.store import Store as ComplianceStore
from screening.fraud_detection import logic as fraud
from screening.fraud_detection.logic import detect
from screening.fraud_detection.rules import FraudRules
from screening.fraud_detection.store import Store as FraudStore
from screening.rules import read

from hallmark import clock
from hallmark.project import ROOT
from hallmark.stage import Stage
from hallmark.stage.embedded import environment
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import Injection, inject
from hallmark.systems.screening.failures import stored_input
from hallmark.systems.screening.plain.compliance import compliance, decision
from hallmark.systems.screening.plain.content import hash_of, number_of, time_of
from hallmark.systems.screening.plain.history import Past
from hallmark.systems.screening.plain.risk import risk
from hallmark.systems.screening.plain.tables import effective, tables
from infra.screening.outputs import Output
from tests.integration.screening.conftest import Kept, Workflow
from tests.integration.screening.contract import new_id, transaction
from tests.support.command import Command

Json = dict[str, Any]
SYSTEM = ("--target", "aws")
OTHER = "other"
# What each of a customer's transactions sets off, in the order of their times.
STORY: tuple[Json, ...] = (
    {"amount": 9_000, "channel": "cash"},
    {"amount": 2_000, "channel": "cash"},
    {"amount": 0.5, "currency": "EUR", "merchant_country": "DE"},
    {"amount": 3_000, "channel": "transfer", "originator": {"name_present": True}},
    {"amount": 700_000, "currency": "JPY", "merchant_id": "TEST-1", "merchant_country": "KP"},
    {"amount": 12_000, "customer_country": "DE", "kyc": {"status": "failed"}},
)


def _story(customer: str) -> list[Json]:
    times = (f"2026-11-21T10:0{minute}:00Z" for minute in range(len(STORY)))
    return [
        transaction(**{"customer_id": customer, "timestamp": time, **one})
        for time, one in zip(times, STORY, strict=True)
    ]


def _before(stage: Stage, record: Json) -> list[Past]:
    """Return what the index has of the record's customer beside it."""
    answer = stage.client("dynamodb").query(
        TableName=stage.outputs[Output.STATE_TABLE],
        IndexName="customer-time",
        KeyConditionExpression="customer_id = :customer AND #time <= :time",
        ExpressionAttributeNames={"#time": "timestamp"},
        ExpressionAttributeValues={
            ":customer": {"S": record["customer_id"]},
            ":time": {"N": str(record["timestamp"])},
        },
    )
    others = [item for item in answer["Items"] if item["transaction_id"]["S"] != record["transaction_id"]]
    return [
        Past(
            item["transaction_id"]["S"],
            int(item["timestamp"]["N"]),
            Decimal(item["usd"]["N"]),
            item.get("channel", {}).get("S"),
        )
        for item in others
    ]


@pytest.mark.control("SC_AUDIT", "SC_DECISION", "SC_FRAUD", "SC_COMPLIANCE")
def test_every_decision_is_made_again_from_the_table_alone(
    stage: Stage, workflow: Workflow, kept: Kept, hallmark: Command
) -> None:
    sent = _story(new_id("customer"))
    answers = [workflow.answer(one) for one in sent]
    assert {one["decision"] for one in answers} == {"approved", "review", "blocked"}
    known = tables()
    for given, answer in zip(sent, answers, strict=True):
        claim, record = kept.under(given["transaction_id"])
        content = stored_input(record["transaction"])
        assert (content, claim["content_hash"], record["content_hash"]) == (given, *[hash_of(given)] * 2)
        assert (claim["transaction_time"], record["timestamp"]) == (time_of(given["timestamp"]),) * 2
        usd = (number_of(content["amount"]) or Decimal(0)) * known.rates[content["currency"]]
        assert (record["usd"], record["rates_version"]) == (usd, known.versions["rates"])
        past = _before(stage, record)
        again, rules = risk(content, usd, past, known.fraud), compliance(content, usd, past, known.compliance)
        told = record["risk"]
        assert (told["score"], told["level"], tuple(told["reasons"])) == (again.score, again.level, again.reasons)
        assert (told["version"], record["compliance"]["version"]) == (
            known.versions["fraud"],
            known.versions["compliance"],
        )
        assert record["compliance"]["verdict"] == rules.verdict
        lists = {rule: known.compliance[rule] for rule in rules.rules}
        assert record["compliance"]["rules"] == [
            {
                **{"rule": rule, "verdict": verdict, "list": lists[rule]["id"]},
                **{"version": lists[rule]["version"], "effective": effective(lists[rule])},
            }
            for rule, verdict in rules.rules.items()
        ]
        wanted = decision(rules.verdict, again.score, known.bounds["reviewFrom"])
        assert record["decision"] == answer["decision"] == wanted
        times = [record["states"][name] for name in ("validated", "scored", "decided")]
        assert times == sorted(times) and record["received_at"] <= times[0]
        done = hallmark("screening", "audit", given["transaction_id"], *SYSTEM)
        assert done.returncode == 0, done.stdout + done.stderr
        said = {*again.reasons, *rules.rules, *(one["id"] for one in lists.values()), wanted, *times}
        assert [word for word in said if word not in done.stdout] == []


@pytest.mark.control("SC_AUDIT", "SC_IDEMPOTENT")
def test_a_refusal_and_a_conflict_are_told_and_what_has_no_id_is_not(workflow: Workflow, hallmark: Command) -> None:
    given = transaction(currency="XXX")
    name = given["transaction_id"]
    workflow.answer(given)
    workflow.answer({**given, "currency": "USD"})
    done = hallmark("screening", "audit", name, *SYSTEM)
    assert (done.returncode, "currency in currency" in done.stdout) == (0, True), done.stdout + done.stderr
    assert "conflict in transaction_id" in done.stdout
    unknown = hallmark("screening", "audit", new_id(), *SYSTEM)
    assert (unknown.returncode, "execution's result and log" in unknown.stderr) == (2, True)


def _other_rules(folder: Path) -> Path:
    """Write the rules files with a heavier amount, one more country under sanctions, and new versions."""
    changes = {"weight = 30": "weight = 60", 'countries = ["CU",': 'countries = ["CU", "NZ",'}
    made = 0
    for file in (ROOT / "lambda" / "screening" / "rules").glob("*.toml"):
        text = file.read_text("utf-8")
        text = text.replace(f'version = "{tomllib.loads(text)["version"]}"', f'version = "{OTHER}"', 1)
        made += sum(before in text for before in changes)
        for before, after in changes.items():
            text = text.replace(before, after, 1)
        (folder / file.name).write_text(text, "utf-8")
    assert made == len(changes)
    return folder


@pytest.fixture
def decide(
    stage: Stage, running_emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Json], Json]:
    """Score and check a recorded transaction by other rules, with the functions' own code over the stage's table."""
    for name, value in environment(running_emulator, stage.region).items():
        monkeypatch.setenv(name, value)
    folder, table = _other_rules(tmp_path), stage.outputs[Output.STATE_TABLE]
    by_risk, by_rules = FraudRules.of(read("fraud", folder)), ComplianceRules.of(read("compliance", folder))

    def now() -> str:
        return clock.to_text(clock.now())

    def decided(record: Json) -> Json:
        event = {
            "transaction": stored_input(record["transaction"]),
            "key": {"id": record["transaction_id"], "time": str(record["timestamp"])},
            "usd": str(record["usd"]),
            "execution": "other-rules",
        }
        found = detect(fraud.Task.of(event), by_risk, FraudStore(table, now))
        said = check(judging.Task.of({**event, "risk": found}), by_rules, ComplianceStore(table, now), stage.name)
        answer: Json = said["answer"]
        return answer

    return decided


@pytest.mark.control("SC_AUDIT", "SC_COMPLIANCE", "SC_FRAUD", "SC_IDEMPOTENT")
@pytest.mark.embedded
def test_other_rules_make_new_decisions_only(
    workflow: Workflow,
    kept: Kept,
    hallmark: Command,
    running_emulator: Emulator,
    decide: Callable[[Json], Json],
) -> None:
    old, new = (transaction(amount=12_001, merchant_country="NZ") for _ in range(2))
    first = workflow.answer(old)
    assert (first["decision"], first["risk"]["score"]) == ("approved", 40)
    called = (new["transaction_id"], ":function:lambda-screening-fraud-detection-")
    fault = Injection("lambda", "Invoke", contains=called, code="ResourceNotFoundException")
    with inject(running_emulator.endpoint, fault):
        workflow.take(workflow.run(new)["executionArn"])
    before, failed = kept.record(old["transaction_id"]), kept.record(new["transaction_id"])
    assert before and failed and failed["status"] == "failed"
    assert decide(before) == first and kept.record(old["transaction_id"]) == before
    answer = decide(failed)
    assert (answer["decision"], answer["risk"]["score"], answer["risk"]["version"]) == ("blocked", 70, OTHER)
    (sanctions,) = answer["compliance"]["rules"]
    assert (sanctions["rule"], answer["compliance"]["version"]) == ("sanctions", OTHER)
    # Neither do the rules in force change what others decided.
    assert [workflow.answer(one) for one in (old, new)] == [first, answer]
    for given, version in ((old, first["risk"]["version"]), (new, OTHER)):
        done = hallmark("screening", "audit", given["transaction_id"], *SYSTEM)
        assert (done.returncode, f"rules of {version}" in done.stdout) == (0, True), done.stdout + done.stderr


@pytest.mark.control("SC_COMPLIANCE")
def test_the_lists_are_printed_with_version_source_and_review(hallmark: Command) -> None:
    done = hallmark("screening", "lists")
    assert done.returncode == 0, done.stdout + done.stderr
    for one in (tables().fraud, *tables().compliance.values()):
        for said in (
            one["id"],
            f"version {one['version']}",
            str(one["effective"]),
            one["source"],
            str(one["reviewBy"]),
        ):
            assert said in done.stdout
