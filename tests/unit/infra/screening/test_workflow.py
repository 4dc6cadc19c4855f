"""The workflow of screening: its machine, its states, its time."""

import json
from datetime import UTC, datetime

import pytest

from hallmark.stage.embedded.workflows.execution import text_of
from hallmark.stage.embedded.workflows.jsonata_query import computed
from hallmark.systems.screening.plain.content import identity_of
from hallmark.systems.screening.plain.reading import Refusal, refusal
from infra.constructs.states import EXPRESS_SECONDS, longest_seconds
from tests.integration.screening.contract import WHOLE

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)

TASKS = {"Validate": "validation", "Score": "fraud-detection", "Check": "compliance-checking"}
CAUGHT = {
    "Validate": "UncheckedId",
    **{state: f"{state}Failed" for state in ("Score", "Check", "TellFraud", "TellCompliance", "MarkTold")},
}
STEPS = ("KeepUnchecked", "MarkUnchecked", "KeepFailure", "MarkFailed", "MarkUntold")


def caught(state):
    return [(tuple(one["ErrorEquals"]), one["ResultPath"], one["Next"]) for one in state.get("Catch", ())]


def test_the_machine_is_express_traced_and_logs_all_but_data(template):
    (machine,) = template.properties("AWS::StepFunctions::StateMachine")
    assert machine["StateMachineType"] == "EXPRESS"
    assert machine["TracingConfiguration"] == {"Enabled": True}
    logging = machine["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)


@pytest.mark.parametrize("state", TASKS)
def test_a_function_is_a_task_of_its_own_that_tries_again_with_jitter(template, definition, state):
    task = definition["States"][state]
    assert (task["Type"], task["Resource"], task["TimeoutSeconds"]) == ("Task", "arn:aws:states:::lambda:invoke", 15)
    arn = template.arn("lambda", f"function:{template.name(f'lambda-screening-{TASKS[state]}')}")
    assert task["Parameters"]["FunctionName"] == arn
    (retrier,) = task["Retry"]
    errors = set(retrier["ErrorEquals"])
    assert {key: value for key, value in retrier.items() if key != "ErrorEquals"} == {
        "IntervalSeconds": 2,
        "BackoffRate": 2,
        "MaxAttempts": 3,
        "JitterStrategy": "FULL",
        "MaxDelaySeconds": 10,
    }
    assert {"Lambda.TooManyRequestsException", "Lambda.ServiceException", "States.Timeout", "TryAgain"} <= errors
    assert not {"States.ALL", "States.TaskFailed", "TaskFailed"} & errors


@pytest.mark.parametrize("state", CAUGHT)
def test_what_is_left_is_caught_beside_the_state(definition, state):
    assert caught(definition["States"][state]) == [(("States.ALL",), "$.error", CAUGHT[state])]


@pytest.mark.parametrize("step", STEPS)
def test_no_step_of_the_failure_branch_keeps_the_next_from_happening(definition, step):
    state = definition["States"][step]
    assert state["TimeoutSeconds"] == 5
    assert caught(state)[-1][0] == ("States.ALL",)


def test_whatever_way_an_execution_takes_it_ends_with_an_answer_or_fails(definition):
    ends = {name for name, state in definition["States"].items() if not {"Next", "Choices"} & set(state)}
    assert ends == {"TooLarge", "Rejected", "Answer", "Failed"}


# Of the largest input of an execution, whatever it is: what the states add would end it without Catch.
@pytest.mark.parametrize("character", ["x", "\u00e4", "\u20ac", "\U0001f600", "\n", "\x01"])
def test_what_the_states_would_not_hold_is_refused_before(definition, character):
    choice = definition["States"][definition["StartAt"]]
    (rule,) = choice["Choices"]
    assert (rule["Next"], choice["Default"]) == ("TooLarge", "Begin")
    is_refused = lambda value: computed(rule["Condition"], value, {})  # noqa: E731
    beside = {"execution": "e" * 1000, "startedAt": "s" * 100, "error": {"Error": "e" * 256, "Cause": "c" * 8192}}
    for length in (10_000, 30_000, 59_000, 60_000, 65_000, 100_000, 260_000):
        value = {"note": character * length}
        if not is_refused(value):
            text_of({"transaction": value, **beside})
    assert [is_refused(value) for value in (WHOLE, {**WHOLE, "note": "x" * 60_000}, [10**400, float("inf")], None)] == [
        *(False, True, False, False)
    ]


def test_what_is_too_large_is_answered_without_any_of_it(definition):
    state = definition["States"]["TooLarge"]
    assert state == {
        **{"Type": "Pass", "End": True},
        "Result": {"decision": "rejected", "field": "transaction", "rule": "too-large"},
    }
    assert refusal({"note": "x" * 60_000}, NOW, {}) == Refusal("transaction", "too-large")
    assert identity_of({**WHOLE, "note": "x" * 60_000}, NOW) is None


def test_unchecked_input_goes_to_validation_alone(definition):
    """Nothing but the id that `UncheckedId` lets through."""
    takers = [name for name, state in definition["States"].items() if "$.transaction" in json.dumps(state)]
    assert takers == ["Validate"]
    assert "Cause" not in json.dumps({**definition["States"], "Failed": {}})


def test_an_execution_ends_before_express_ends_it(definition):
    # Three functions, each tried four times; two alerts and their mark, then the failure's three steps, each twice.
    wanted = 3 * (4 * 15 + 2 + 4 + 8) + 6 * (2 * 5 + 1)
    assert longest_seconds(definition, 1) == wanted == 288 < EXPRESS_SECONDS


def test_the_workflow_may_do_exactly_what_its_states_do(template):
    (role,) = template.properties("AWS::IAM::Role")
    found = {one["Sid"]: one for one in role["Policies"][0]["PolicyDocument"]["Statement"]}
    table = template.arn("dynamodb", f"table/{template.name('dynamodb-screening-transaction-state')}")
    wanted = {
        "TellAlerts": ("sns:Publish", template.arn("sns", template.name("sns-screening-alerts"))),
        "MarkTransactions": ("dynamodb:UpdateItem", table),
        "KeepFailures": ("sqs:SendMessage", template.arn("sqs", template.name("sqs-screening-failures"))),
    }
    assert {sid: (found[sid]["Action"], found[sid]["Resource"]) for sid in wanted} == wanted
    assert set(found) == {"Logs", "Traces", "CallFunctions", *wanted}
