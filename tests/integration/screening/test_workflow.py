"""Each end of an execution: what it answers, what it leaves in the table, whom it tells; and what it is set to try."""

import json
from typing import Any

import pytest

from hallmark.ledger.subscription import Subscription
from hallmark.stage import Stage
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import Injection, inject
from hallmark.systems.screening.alerts import alert_id
from infra.screening.outputs import Output
from tests.integration.screening.conftest import Kept, Workflow
from tests.integration.screening.contract import ALERT, REFUSED, SCORE, VERDICT, new_id, transaction
from tests.support.waiting import wait_for

Json = dict[str, Any]
ALL = ["States.ALL"]
FUNCTIONS = {"Validate": "validation", "Score": "fraud-detection", "Check": "compliance-checking"}
# Large, whole thousands, abroad.
LOUD: Json = {"amount": 12_000, "merchant_country": "CA"}
# What is sent, beside a clean transaction -> the decision, score, reasons, verdict, rules, and the alerts.
ENDS: dict[str, tuple[Json, tuple[str, int, list[str], str, list[str]], set[str]]] = {
    "approved": ({}, ("approved", 0, [], "PASS", []), set()),
    "approved and reported": (
        {"amount": 10_000.01, "channel": "cash"},
        ("approved", 30, ["high-amount"], "REPORT", ["currency-report"]),
        {"compliance"},
    ),
    "in review by its score": (
        LOUD,
        ("review", 50, ["high-amount", "round-amount", "cross-border"], "PASS", []),
        {"fraud"},
    ),
    "in review by a rule": ({"kyc": None}, ("review", 0, [], "REVIEW", ["kyc"]), {"compliance"}),
    "blocked": (
        {**LOUD, "merchant_country": "IR"},
        (
            *("blocked", 50, ["high-amount", "round-amount", "cross-border"]),
            *("BLOCK", ["sanctions", "fatf-call-for-action"]),
        ),
        {"fraud", "compliance"},
    ),
}


def _alerts(topic: Subscription, transaction_id: str, number: int) -> dict[str, Any]:
    """Wait for so many messages about a transaction; return them by kind, none of which came twice."""

    def found() -> list[Any]:
        own = [one for one in topic.hear() if one.message["transactionId"] == transaction_id]
        return own if len(own) >= number else []

    heard = wait_for(found, f"{number} alerts on {transaction_id}") if number else found()
    kinds = {one.message["kind"]: one for one in heard}
    assert len(heard) == len(kinds) == number
    return kinds


@pytest.mark.control("SC_SFN_EXPRESS", "SC_DECISION", "SC_FRAUD", "SC_COMPLIANCE", "SC_ALERT")
@pytest.mark.parametrize("end", ENDS)
def test_an_end_is_answered_recorded_and_told(
    workflow: Workflow, kept: Kept, topic: Subscription, stage: Stage, end: str
) -> None:
    values, (decision, score, reasons, verdict, rules), kinds = ENDS[end]
    given = transaction(**values)
    name = given["transaction_id"]
    answer = workflow.answer(given)
    assert list(answer) == ["transactionId", "decision", "risk", "compliance"]
    assert (answer["transactionId"], answer["decision"]) == (name, decision)
    assert (answer["risk"]["score"], answer["risk"]["reasons"]) == (score, reasons)
    assert answer["compliance"]["verdict"] == verdict
    assert [one["rule"] for one in answer["compliance"]["rules"]] == rules
    record = kept.record(name)
    assert record and (record["status"], record["decision"], record["attempts"]) == ("decided", decision, 1)
    assert (record["risk"], record["compliance"]) == (answer["risk"], answer["compliance"])
    assert "open" not in record and ("told" in record["states"]) == bool(kinds)
    heard = _alerts(topic, name, len(kinds))
    assert heard.keys() == kinds == set(record.get("alerts", {}))
    for kind, one in heard.items():
        assert one.message.keys() == ALERT | {"fraud": SCORE, "compliance": VERDICT}[kind]
        own = {"kind": kind, "decision": decision, "alertId": alert_id(name, kind)}
        assert one.attributes == own == {key: one.message[key] for key in own}
        assert (one.message["stage"], one.message["customerId"]) == (stage.name, given["customer_id"])


@pytest.mark.control("SC_SFN_EXPRESS", "SC_NO_LOSS")
def test_started_without_an_answer_it_is_decided_alike(workflow: Workflow, kept: Kept, topic: Subscription) -> None:
    given = transaction(**LOUD)
    execution = workflow.start(given)
    record = kept.ended(given["transaction_id"])
    assert (record["decision"], record["execution"], record["decided_by"]) == ("review", execution, execution)
    _alerts(topic, given["transaction_id"], 1)


@pytest.mark.control("SC_SFN_EXPRESS", "SC_VALIDATE", "SC_DECISION")
def test_a_refusal_is_a_result_and_its_record_has_no_value(workflow: Workflow, kept: Kept, topic: Subscription) -> None:
    given = transaction(currency="XXX")
    name = given["transaction_id"]
    wanted = {"transactionId": name, "decision": "rejected", "field": "currency", "rule": "currency"}
    assert workflow.answer(given) == wanted
    claim, record = kept.under(name)
    assert claim.keys() == {"transaction_id", "timestamp", "content_hash", "transaction_time"}
    assert record.keys() == REFUSED - {"transaction_time"} and (record["field"], record["rule"]) == (
        "currency",
        "currency",
    )
    assert workflow.answer(given) == wanted and kept.under(name) == [claim, record]
    _alerts(topic, name, 0)


@pytest.mark.control("SC_VALIDATE")
@pytest.mark.parametrize("given", [[], "txn-0000001", 0, None, {}, {"transaction_id": "short"}], ids=repr)
def test_what_has_no_id_is_refused_by_the_result_alone(workflow: Workflow, given: Any) -> None:
    answer = workflow.answer(given)
    assert (answer["decision"], answer.keys()) == ("rejected", {"decision", "field", "rule"})


@pytest.mark.control("SC_IDEMPOTENT", "SC_ALERT")
def test_the_same_again_is_answered_alike_and_told_once(workflow: Workflow, kept: Kept, topic: Subscription) -> None:
    given = transaction(**LOUD)
    first = workflow.answer(given)
    before = kept.under(given["transaction_id"])
    same = {name: given[name] for name in reversed(given)} | {"amount": 12_000.0}
    assert workflow.answer(same) == first
    assert kept.under(given["transaction_id"]) == before
    sentinel = transaction(**LOUD)
    workflow.answer(sentinel)
    _alerts(topic, sentinel["transaction_id"], 1)
    _alerts(topic, given["transaction_id"], 1)


@pytest.mark.control("SC_IDEMPOTENT", "SC_DECISION")
@pytest.mark.parametrize("changed", [{"amount": 13}, {"timestamp": "2026-01-01T00:00:00Z"}, {"channel": "card"}])
def test_another_content_under_an_id_is_a_conflict_and_the_earlier_stays(
    workflow: Workflow, kept: Kept, changed: Json
) -> None:
    given = transaction()
    name = given["transaction_id"]
    workflow.answer(given)
    before = kept.record(name)
    wanted = {"transactionId": name, "decision": "rejected", "field": "transaction_id", "rule": "conflict"}
    assert [workflow.answer({**given, **changed}) for _ in range(2)] == [wanted] * 2
    other, claim, record = kept.under(name)
    assert (record, claim["timestamp"], other["rule"]) == (before, 0, "conflict")
    assert other["timestamp"] < -1 and not {"customer_id", "open", "transaction"} & other.keys()


@pytest.mark.control("SC_FRAUD", "SC_COMPLIANCE", "SC_TABLE")
def test_what_looks_back_sees_a_customer_s_own_and_not_what_was_rejected(workflow: Workflow) -> None:
    customer = new_id("customer")
    own: Json = {"customer_id": customer, "channel": "cash", "amount": 5_000.5, "kyc": None}
    times = ("10:00:00", "10:00:30", "10:05:00")
    days = [transaction(**own, timestamp=f"2026-11-20T{time}Z") for time in times]
    workflow.answer(transaction(**{**own, "timestamp": "2026-11-20T10:04:50Z", "currency": "XXX"}))
    workflow.answer(transaction(**{**own, "timestamp": "2026-11-20T10:04:55Z", "customer_id": new_id("customer")}))
    answers = [workflow.answer(one) for one in days]
    assert [one["risk"]["reasons"] for one in answers] == [[], ["rapid-repeat"], ["velocity"]]
    found = [{rule["rule"] for rule in one["compliance"]["rules"]} - {"kyc"} for one in answers]
    assert found == [set(), {"currency-report", "structuring"}, {"currency-report", "structuring"}]


@pytest.mark.control("SC_SFN_DLQ", "SC_NO_LOSS")
@pytest.mark.embedded
@pytest.mark.parametrize("state", FUNCTIONS)
def test_what_fails_is_kept_once_marked_and_fails_the_execution(
    workflow: Workflow, kept: Kept, running_emulator: Emulator, state: str
) -> None:
    given = transaction(**LOUD)
    name = given["transaction_id"]
    called = (name, f":function:lambda-screening-{FUNCTIONS[state]}-")
    fault = Injection("lambda", "Invoke", contains=called, times=10, code="ResourceNotFoundException")
    with inject(running_emulator.endpoint, fault) as injected:
        ended = workflow.run(given)
    # What says that there is no function is not tried again.
    assert injected.strikes == 1
    error = "Lambda.ResourceNotFoundException"
    assert (ended["status"], ended["error"], ended["cause"], ended["output"]) == ("FAILED", error, state, None)
    letter = workflow.take(ended["executionArn"])
    known = {"transactionId": name} if state == "Validate" else {"transaction": given}
    assert letter == {"state": state, "error": error, "execution": ended["executionArn"], **known}
    marked = next(iter(kept.under(name))) if state == "Validate" else kept.record(name)
    assert marked and (marked["status"], marked["error"]) == ("failed", {"state": state, "name": error})
    assert "open" not in marked and "decision" not in marked
    answer = workflow.answer(given)
    assert (answer["decision"], answer["risk"]["score"]) == ("review", 50)


@pytest.mark.control("SC_SFN_RETRY")
@pytest.mark.embedded
@pytest.mark.parametrize("state", FUNCTIONS)
def test_a_throttled_function_is_tried_again(
    workflow: Workflow, running_emulator: Emulator, kept: Kept, state: str
) -> None:
    given = transaction()
    called = (given["transaction_id"], f":function:lambda-screening-{FUNCTIONS[state]}-")
    fault = Injection("lambda", "Invoke", contains=called, times=2, status=429, code="TooManyRequestsException")
    with inject(running_emulator.endpoint, fault) as injected:
        assert workflow.answer(given)["decision"] == "approved"
    assert injected.strikes == 2
    record = kept.record(given["transaction_id"])
    assert record and record["attempts"] == 1


@pytest.mark.control("SC_SFN_RETRY", "SC_SFN_EXPRESS")
def test_every_function_s_task_has_the_retries_the_jitter_and_the_time_out(stage: Stage) -> None:
    machine = _machine(stage)
    definition = json.loads(machine["definition"])
    states = definition["States"]
    assert machine["type"] == "EXPRESS"
    called = {name: one for name, one in states.items() if one.get("Resource", "").endswith(":lambda:invoke")}
    assert called.keys() == FUNCTIONS.keys()
    for state in called.values():
        (retry,) = state["Retry"]
        assert {
            "Lambda.TooManyRequestsException",
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
        } <= {*retry["ErrorEquals"]}
        bounds = (retry["IntervalSeconds"], retry["BackoffRate"], retry["MaxAttempts"], retry["MaxDelaySeconds"])
        assert (bounds, retry["JitterStrategy"]) == ((2, 2, 3, 10), "FULL")
        assert [(one["ErrorEquals"], one["ResultPath"]) for one in state["Catch"]] == [(ALL, "$.error")]
        assert state["TimeoutSeconds"] == 15
    # Four attempts and the delays between them, three times, leave the failure's branch a minute.
    assert len(called) * (4 * 15 + 2 + 4 + 8) < 240
    assert all(one.get("TimeoutSeconds") for one in states.values() if one["Type"] == "Task")


@pytest.mark.control("SC_SFN_OUTPUT")
def test_the_outputs_are_the_machine_s_arn_and_its_role_s(stage: Stage) -> None:
    machine = _machine(stage)
    role = stage.client("iam").get_role(RoleName=f"role-screening-transactions-{stage.name}")["Role"]
    trusted = role["AssumeRolePolicyDocument"]["Statement"]
    assert machine["stateMachineArn"] == stage.outputs[Output.WORKFLOW_ARN]
    assert machine["name"] == f"sfn-screening-transactions-{stage.name}"
    assert machine["roleArn"] == role["Arn"] == stage.outputs[Output.WORKFLOW_ROLE_ARN]
    assert [one["Principal"] for one in trusted] == [{"Service": "states.amazonaws.com"}]


def _machine(stage: Stage) -> Json:
    arn = stage.outputs[Output.WORKFLOW_ARN]
    found: Json = stage.client("stepfunctions").describe_state_machine(stateMachineArn=arn)
    return found
