"""What functions and the workflow log: which transaction, which execution, how it ended; never a value that was sent.

And a value that is planted anywhere in what is refused stands nowhere afterwards.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hallmark.ledger.subscription import Subscription
from hallmark.stage import Stage
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import Injection, inject
from infra.screening.outputs import Output
from tests.integration.screening.conftest import Kept, Workflow
from tests.integration.screening.contract import new_id, transaction
from tests.support.stage_contents import everything, log_lines
from tests.support.waiting import wait_for

Json = dict[str, Any]
FUNCTIONS = (Output.VALIDATION_ARN, Output.FRAUD_DETECTION_ARN, Output.COMPLIANCE_CHECKING_ARN)
LOUD: Json = {"amount": 12_000, "merchant_country": "IR"}
# What is sent -> the states that are passed.
PASSED: dict[str, tuple[Json, list[str]]] = {
    "approved": ({}, ["Score", "Check", "FraudAlert", "ComplianceAlert", "Answer"]),
    "with both alerts": (
        LOUD,
        ["Score", "Check", "FraudAlert", "TellFraud", "ComplianceAlert", "TellCompliance", "MarkTold", "Answer"],
    ),
    "refused": ({"currency": "XXX"}, ["Rejected"]),
}
CARD = "4111111111111111"
CALLED = ("planted", ":function:lambda-screening-validation-")
NO_VALIDATION = Injection("lambda", "Invoke", contains=CALLED, code="ResourceNotFoundException")


def _events(stage: Stage, group: str) -> list[Json]:
    pages = stage.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    texts = [event["message"] for page in pages for event in page["events"]]
    return [json.loads(text) for text in texts if text.startswith("{")]


@pytest.mark.control("SC_SFN_LOGS", "SC_SFN_EXPRESS")
@pytest.mark.parametrize("end", PASSED)
def test_every_transition_is_logged_and_none_of_its_data(stage: Stage, workflow: Workflow, end: str) -> None:
    values, states = PASSED[end]
    given = transaction(**values)
    execution = workflow.run(given)["executionArn"]

    def over() -> list[Json]:
        lines = _events(stage, stage.outputs[Output.WORKFLOW_LOG_GROUP])
        own = [line for line in lines if line["execution_arn"] == execution]
        return own if own and own[-1]["type"] == "ExecutionSucceeded" else []

    lines = wait_for(over, "the end of the execution")
    entered = [line["details"]["name"] for line in lines if line["type"].endswith("StateEntered")]
    assert entered == ["Begin", "Validate", "Validated", *states]
    assert not [line for line in lines if {"input", "output", "parameters"} & line.get("details", {}).keys()]
    ids = [given[name] for name in ("transaction_id", "customer_id", "merchant_id", "timestamp")]
    assert not [value for value in ids if value in json.dumps(lines)]


@pytest.mark.control("SC_SFN_LOGS")
def test_the_workflow_logs_all_for_30_days_and_traces(stage: Stage) -> None:
    arn = stage.outputs[Output.WORKFLOW_ARN]
    machine = stage.client("stepfunctions").describe_state_machine(stateMachineArn=arn)
    logging = machine["loggingConfiguration"]
    assert (logging["level"], logging["includeExecutionData"]) == ("ALL", False)
    (place,) = logging["destinations"]
    name = place["cloudWatchLogsLogGroup"]["logGroupArn"].split(":log-group:")[1].removesuffix(":*")
    assert name == stage.outputs[Output.WORKFLOW_LOG_GROUP]
    (group,) = stage.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert group["retentionInDays"] == 30
    assert machine["tracingConfiguration"] == {"enabled": True}


@pytest.mark.control("SC_FN_LOGS", "SC_FN_THREE")
def test_each_function_logs_a_line_with_ids_and_codes_in_its_own_group(
    stage: Stage, workflow: Workflow, kept: Kept
) -> None:
    given = transaction(**LOUD, merchant_id=new_id("merchant"))
    execution = workflow.run(given)["executionArn"]
    for output in FUNCTIONS:
        group = f"/aws/lambda/{stage.outputs[output].rpartition(':')[2]}"
        (line,) = [one for one in _events(stage, group) if one.get("transactionId") == given["transaction_id"]]
        assert {"level", "message", "function", "stage", "requestId", "traceId"} <= line.keys()
        assert (line["execution"], line["stage"]) == (execution, stage.name)
        (kept_for,) = stage.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        config = stage.client("lambda").get_function_configuration(FunctionName=stage.outputs[output])
        assert (kept_for["retentionInDays"], config["TracingConfig"]["Mode"]) == (30, "Active")
    assert not [line for line in log_lines(stage) if given["merchant_id"] in line or given["customer_id"] in line]


FIELDS = ("transaction_id", "timestamp", "amount", "currency", "merchant_id", "customer_id")
FIELDS += ("merchant_country", "customer_country", "channel", "kyc", "lawful_basis", "originator", "region")


def _at(field: str) -> Callable[[Any], Any]:
    return lambda value: {**transaction(), field: value}


# Where a value is planted -> what is started.
PLACES: dict[str, Callable[[Any], Any]] = {
    **{f"the field {field}": _at(field) for field in FIELDS},
    "a field of a field": lambda value: transaction(kyc={"status": value}),
    "a name in a field": lambda value: transaction(kyc={str(value): "verified"}),
    "a flag": lambda value: transaction(originator={"name_present": value}),
    "a field of its own": lambda value: transaction(note=value),
    "a name": lambda value: transaction(**{str(value): 1}),
    "the start of a name": lambda value: transaction(**{f"{value}note": 1}),
    "deep down": lambda value: transaction(note={"a": [[{"b": [value]}]]}),
    "deep names": lambda value: transaction(note=[{"a": {str(value): None}}]),
    "within a text": lambda value: transaction(merchant_id=f"shop {value} ltd"),
    "the whole input": lambda value: value,
    "a list": lambda value: [value],
    "instead of an object": lambda value: {"transaction": value},
}
CARDS: tuple[Any, ...] = (CARD, "4111-1111-1111-1111", "4111 1111 1111 1111", "\uff14" + "\uff11" * 15, int(CARD))


@pytest.mark.control("SC_VALIDATE", "SC_BAD_INPUT", "SC_FN_LOGS", "SC_SFN_LOGS")
def test_a_planted_value_is_refused_wherever_it_is_and_stands_nowhere_afterwards(
    stage: Stage, workflow: Workflow, topic: Subscription
) -> None:
    mark = f"{new_id('planted')} !"
    answers = [
        (place, value, workflow.answer(make(value))) for place, make in PLACES.items() for value in (*CARDS, mark)
    ]
    taken = [(place, value) for place, value, answer in answers if answer["decision"] != "rejected"]
    assert taken == []
    card_rules = {answer["rule"] for place, value, answer in answers if value != mark and "whole" not in place}
    assert card_rules <= {"card-number", "not-an-object"}
    said = json.dumps([answer for _, _, answer in answers], ensure_ascii=False)
    traces = "\n".join([*everything(stage), said, json.dumps([vars(one) for one in topic.hear()], default=str)])
    assert [value for value in (*map(str, CARDS), mark.removesuffix(" !")) if value in traces] == []
    assert "transaction judged" in traces


@pytest.mark.control("SC_SFN_DLQ", "SC_VALIDATE")
@pytest.mark.embedded
@pytest.mark.parametrize(
    "planted",
    [
        CARD,
        "4111-1111-1111-1111",
        "id_4111111111111111",
        "4111-11111111-1111x",
        " planted id ",
        CARD[:13],
        [CARD],
        {CARD: 1},
    ],
    ids=str,
)
def test_a_letter_about_unchecked_input_has_no_value_of_it(
    stage: Stage, workflow: Workflow, running_emulator: Emulator, planted: Any
) -> None:
    given = {**transaction(note=f"planted {CARD}"), "transaction_id": planted}
    with inject(running_emulator.endpoint, NO_VALIDATION):
        ended = workflow.run(given)
    assert (ended["status"], ended["cause"]) == ("FAILED", "Validate")
    assert not [text for text in everything(stage) if CARD in text or "planted" in text or "4111-1111" in text]
    assert workflow.take(ended["executionArn"]).keys() == {"state", "error", "execution"}
