"""The workflow: its machine, its states, its time, and what starts it."""

import json

import pytest

from infra.bank_upload.definition import MOST_RANGES
from infra.constructs.states import EXPRESS_SECONDS, longest_seconds
from tests.support.templates import ACCOUNT

TASKS = {"Validate": ("validation", 10), "Transform": ("transformation", 25), "Notify": ("notification", 8)}
BY_TASK = pytest.mark.parametrize("state", TASKS)


def only(template, kind):
    (props,) = template.properties(kind)
    return props


def states(definition):
    return {**definition["States"], **definition["States"]["Process"]["ItemProcessor"]["States"]}


def caught(state):
    return [(tuple(one["ErrorEquals"]), one["ResultPath"], one["Next"]) for one in state.get("Catch", ())]


def test_the_machine_is_express_traced_and_logs_all_but_data(template):
    machine = only(template, "AWS::StepFunctions::StateMachine")
    assert machine["StateMachineType"] == "EXPRESS"
    assert machine["TracingConfiguration"] == {"Enabled": True}
    name = template.name("sfn-bank-upload-uploads")
    group = template.arn("logs", f"log-group:/aws/vendedlogs/states/{name}:*")
    assert machine["LoggingConfiguration"] == {
        "Level": "ALL",
        "IncludeExecutionData": False,
        "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": group}}],
    }


@BY_TASK
def test_a_function_is_a_task_of_its_own_that_tries_again_with_jitter(template, definition, state):
    function, seconds = TASKS[state]
    task = states(definition)[state]
    assert (task["Type"], task["Resource"]) == ("Task", "arn:aws:states:::lambda:invoke")
    arn = template.arn("lambda", f"function:{template.name(f'lambda-bank-upload-{function}')}")
    assert task["Parameters"]["FunctionName"] == arn
    assert task["TimeoutSeconds"] == seconds
    (retrier,) = task["Retry"]
    errors = set(retrier.pop("ErrorEquals"))
    assert retrier == {
        "IntervalSeconds": 2,
        "BackoffRate": 2,
        "MaxAttempts": 3,
        "JitterStrategy": "FULL",
        "MaxDelaySeconds": 10,
    }
    assert {"Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.SdkClientException"} <= errors
    assert {"States.Timeout", "TryAgain"} <= errors
    assert not {"States.ALL", "States.TaskFailed", "TaskFailed"} & errors


@pytest.mark.parametrize("state", ["Validate", "Process", "Notify"])
def test_what_is_left_is_caught_beside_the_input(definition, state):
    assert caught(definition["States"][state]) == [(("States.ALL",), "$.error", f"{state}Failed")]


NOTED = {
    "ValidateFailedForUpload": "Validate",
    "ValidateFailedForObject": "Validate",
    "ProcessFailed": "Process",
    "NotifyFailed": "Notify",
}


@pytest.mark.parametrize(("failed", "state"), NOTED.items())
def test_a_failure_is_kept_with_its_states_name_and_without_its_cause(definition, failed, state):
    kept = definition["States"][failed]["Parameters"]
    assert (kept["state"], kept["error.$"]) == (state, "$.error.Error")
    assert (kept["execution.$"], kept["input.$"]) == ("$$.Execution.Id", "$$.Execution.Input")
    assert definition["States"][failed]["Next"] == "KeepFailure"
    # The cause of an error may repeat what a file holds.
    assert "Cause" not in json.dumps(kept)


def test_no_state_but_the_maps_own_loses_what_came_before_it(definition):
    replaced = [name for name, state in states(definition).items() if state.get("ResultPath", "$") == "$"]
    assert {states(definition)[name]["Type"] for name in replaced} <= {"Choice", "Succeed", "Fail", "Task"}
    assert [name for name in replaced if states(definition)[name]["Type"] == "Task"] == ["Transform"]


def test_a_refused_file_is_a_choice_and_what_was_done_is_done(definition):
    outcome = definition["States"]["Outcome"]
    ways = {one["StringEquals"]: one["Next"] for one in outcome["Choices"]}
    assert ways == {"accepted": "Process", "refused": "Notify", "finished": "Done"}
    # An answer that is none of these is no reason to end without a trace.
    unknown = definition["States"][outcome["Default"]]
    assert (unknown["Result"], unknown["Next"]) == ({"Error": "UnknownOutcome"}, "ValidateFailed")


def test_validation_that_fails_is_noted_under_the_id_that_a_key_of_an_uploads_form_has(definition):
    choice = definition["States"]["ValidateFailed"]
    (found,) = choice["Choices"]
    assert found["And"][0] == {"Variable": "$.key", "StringMatches": "uploads/*/*/*.csv"}
    assert (found["Next"], choice["Default"]) == ("ValidateFailedForUpload", "ValidateFailedForObject")
    assert definition["States"]["ValidateFailedForObject"]["Parameters"]["uploadId.$"] == "$.key"


def test_a_files_ranges_are_processed_all_at_once(definition):
    process = definition["States"]["Process"]
    assert (process["Type"], process["ItemProcessor"]["ProcessorConfig"]) == ("Map", {"Mode": "INLINE"})
    assert process["MaxConcurrency"] == MOST_RANGES == 10
    assert process["Next"] == "Notify"


MARKS = ("MarkFailure", "MarkObject", "MarkUnkept", "MarkUnkeptObject")
STEPS = ("KeepFailure", *MARKS, "TellFailure", "TellObject")


def test_failures_are_kept_marked_told_and_fail_the_execution(template, definition):
    found = definition["States"]
    queue = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{template.name('sqs-bank-upload-upload-failure')}"
    assert found["KeepFailure"]["Parameters"] == {"QueueUrl": queue, "MessageBody.$": "$.failure"}
    for mark in MARKS:
        table = template.name("dynamodb-bank-upload-processing-status")
        assert found[mark]["Parameters"]["TableName"] == table
        # What has ended stays as it is.
        assert "NOT #status IN (:done, :refused)" in found[mark]["Parameters"]["ConditionExpression"]
    for tell in ("TellFailure", "TellObject"):
        topic = template.arn("sns", template.name("sns-bank-upload-results"))
        assert found[tell]["Parameters"]["TopicArn"] == topic
        assert found[tell]["Next"] == "Failed"
    assert found["Failed"]["Type"] == "Fail"


@pytest.mark.parametrize("step", STEPS)
def test_no_step_of_the_failure_branch_keeps_the_next_from_happening(definition, step):
    state = definition["States"][step]
    assert state["TimeoutSeconds"] == 5
    assert caught(state)[-1][0] == ("States.ALL",)
    assert {then for *_, then in caught(state)} <= {*MARKS, "TellObject", "Failed"}


def test_whatever_path_an_execution_takes_it_ends_in_done_or_failed(definition):
    ends = {name for name, state in definition["States"].items() if not {"Next", "Choices"} & set(state)}
    assert ends == {"Done", "Failed"}


def test_an_execution_ends_before_express_ends_it(definition):
    # Validation, the longest range and notification, each tried four times, then the whole failure branch.
    wanted = (4 * 10 + 14) + (4 * 25 + 14) + (4 * 8 + 14) + 4 * (2 * 5 + 1)
    assert longest_seconds(definition, MOST_RANGES) == wanted == 258 < EXPRESS_SECONDS


def test_the_machine_may_do_exactly_this(template):
    role = template.named("AWS::IAM::Role", "role-bank-upload-uploads", "RoleName")
    (policy,) = role["Policies"]
    functions = [
        template.arn("lambda", f"function:{template.name(f'lambda-bank-upload-{function}')}")
        for function, _ in TASKS.values()
    ]
    delivery = ("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries")
    policies = ("PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups")
    traces = ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")
    table = template.name("table/dynamodb-bank-upload-processing-status")
    assert [(one["Sid"], one["Action"], one["Resource"]) for one in policy["PolicyDocument"]["Statement"]] == [
        ("Logs", [f"logs:{action}" for action in (*delivery, *policies)], "*"),
        ("Traces", [f"xray:{action}" for action in traces], "*"),
        ("CallFunctions", "lambda:InvokeFunction", functions),
        ("KeepFailures", "sqs:SendMessage", template.arn("sqs", template.name("sqs-bank-upload-upload-failure"))),
        ("MarkFailures", "dynamodb:UpdateItem", template.arn("dynamodb", table)),
        ("TellFailures", "sns:Publish", template.arn("sns", template.name("sns-bank-upload-results"))),
    ]


def test_each_stored_file_starts_the_machine_by_a_role_of_the_rules_own(template):
    rule = only(template, "AWS::Events::Rule")
    assert rule["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [template.name(f"s3-bank-upload-files-{ACCOUNT}")]},
            "object": {"key": [{"wildcard": "uploads/*.csv"}]},
        },
    }
    assert "EventBusName" not in rule
    machine = template.arn("states", f"stateMachine:{template.name('sfn-bank-upload-uploads')}")
    (target,) = rule["Targets"]
    assert target == {
        "Id": "workflow",
        "Arn": machine,
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{template.name('role-bank-upload-object-created')}",
        "InputTransformer": {
            "InputPathsMap": {
                "bucket": "$.detail.bucket.name",
                "key": "$.detail.object.key",
                "versionId": "$.detail.object.version-id",
            },
            "InputTemplate": '{"bucket": <bucket>, "key": <key>, "versionId": <versionId>}',
        },
        "RetryPolicy": {"MaximumRetryAttempts": 12, "MaximumEventAgeInSeconds": 3600},
        "DeadLetterConfig": {"Arn": template.arn("sqs", template.name("sqs-bank-upload-event-failure"))},
    }
    role = template.named("AWS::IAM::Role", "role-bank-upload-object-created", "RoleName")
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("states:StartExecution", machine)
