"""A small template with a state machine that is in order: what the policies of workflows judge."""

import copy
import json
from collections.abc import Callable
from typing import Any

from policies.engine import library
from policies.engine.finding import Finding
from policies.engine.parts import Parts, declared
from policies.engine.template.template import Template

Document = dict[str, Any]
Change = Callable[[Document], None]
INVOKE = "arn:aws:states:::lambda:invoke"
ERRORS = [
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
]
RETRY = {
    "ErrorEquals": [*ERRORS, "States.Timeout"],
    "IntervalSeconds": 2,
    "BackoffRate": 2,
    "MaxAttempts": 3,
    "MaxDelaySeconds": 10,
    "JitterStrategy": "FULL",
}
PARTS = {
    "functions": {"validation": {}, "transformation": {}, "notification": {}},
    "workflows": {"uploads": {}},
    "queues": {"upload-failure": {}},
    "tables": {"processing-status": {}},
    "topics": {"results": {}},
}
_CALLS = ["validation", "transformation", "notification"]
_FAILURE = {
    "queue": "upload-failure",
    "input": ["bucket", "key", "versionId"],
    "table": "processing-status",
    "status": "failed",
    "topic": "results",
}
PARAMETERS: dict[str, dict[str, Any]] = {
    "workflows/express": {},
    "workflows/functions": {"workflows": {"uploads": {"calls": _CALLS, "chosen": ["validation"]}}},
    "workflows/retries": {
        "errors": ERRORS,
        "interval_seconds": 2,
        "rate": 2,
        "attempts": 3,
        "longest_delay_seconds": 10,
        "jitter": "FULL",
        "longest_seconds": 30,
    },
    "workflows/time_budget": {"seconds": 300, "items": {"Process": 10}},
    "workflows/caught": {"workflows": {"uploads": _FAILURE}},
    "workflows/logged": {"retention_days": 7},
    "workflows/traced": {},
}


def call(function: str, seconds: int, **more: Any) -> Document:
    """A task that calls a function."""
    given = {"FunctionName": f"${{{function}}}", "Payload.$": "$"}
    return {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": given,
        "TimeoutSeconds": seconds,
        "Retry": [copy.deepcopy(RETRY)],
        **more,
    }


def catch(to: str) -> list[Document]:
    """A Catch of all errors."""
    return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": to}]


def step(service: str, then: str, **given: Any) -> Document:
    """A step of the failure's branch, which keeps none of the others from happening."""
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{service}",
        "Parameters": given,
        "TimeoutSeconds": 5,
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": then}],
        "ResultPath": None,
        "Next": then,
    }


def _noted(state: str) -> Document:
    about = {
        "state": state,
        "error.$": "$.error.Error",
        "execution.$": "$$.Execution.Id",
        "input.$": "$$.Execution.Input",
    }
    return {"Type": "Pass", "Parameters": about, "ResultPath": "$.failure", "Next": "Keep"}


_MAP = {
    "Type": "Map",
    "ItemsPath": "$.validated.ranges",
    "MaxConcurrency": 10,
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "INLINE"},
        "StartAt": "Transform",
        "States": {"Transform": call("Transformation", 25, End=True)},
    },
    "ResultPath": "$.processed",
    "Catch": catch("ProcessFailed"),
    "Next": "Notify",
}
_DEFINITION: Document = {
    "StartAt": "Validate",
    "States": {
        "Validate": call("Validation", 10, ResultPath="$.validated", Catch=catch("ValidateFailed"), Next="Outcome"),
        "Outcome": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.validated.outcome", "StringEquals": "accepted", "Next": "Process"},
                {"Variable": "$.validated.outcome", "StringEquals": "refused", "Next": "Notify"},
            ],
            "Default": "Done",
        },
        "Process": _MAP,
        "Notify": call("Notification", 8, Catch=catch("NotifyFailed"), Next="Done"),
        "Done": {"Type": "Succeed"},
        **{f"{name}Failed": _noted(name) for name in ("Validate", "Process", "Notify")},
        "Keep": step("sqs:sendMessage", "Mark", QueueUrl="${Failures}", **{"MessageBody.$": "$.failure"}),
        "Mark": step(
            "dynamodb:updateItem",
            "Tell",
            TableName="${Status}",
            UpdateExpression="SET #s = :failed",
            ExpressionAttributeValues={":failed": {"S": "failed"}},
        ),
        "Tell": step("sns:publish", "Failed", TopicArn="${Results}", Message={"status": "failed"}),
        "Failed": {"Type": "Fail", "Error": "UploadFailed"},
    },
}
_NAMES = {"Validation": "validation", "Transformation": "transformation", "Notification": "notification"}


def definition() -> Document:
    """The definition, to be edited; it has placeholders for what it names."""
    return copy.deepcopy(_DEFINITION)


def flow(states: Document | None = None) -> Document:
    """The template with a definition, to be edited."""
    functions = {
        name: {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": f"lambda-flow-{own}-dev"}}
        for name, own in _NAMES.items()
    }
    machine = {
        "StateMachineName": "sfn-flow-uploads-dev",
        "StateMachineType": "EXPRESS",
        "DefinitionString": json.dumps(definition() if states is None else states),
        "DefinitionSubstitutions": {
            **{name: {"Fn::GetAtt": [name, "Arn"]} for name in _NAMES},
            "Failures": {"Ref": "Failures"},
            "Status": {"Ref": "Status"},
            "Results": {"Ref": "Results"},
        },
        "TracingConfiguration": {"Enabled": True},
        "LoggingConfiguration": {
            "Level": "ALL",
            "IncludeExecutionData": False,
            "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": {"Fn::GetAtt": ["Logs", "Arn"]}}}],
        },
    }
    logs = {"LogGroupName": "/aws/vendedlogs/states/sfn-flow-uploads-dev", "RetentionInDays": 7}
    return {
        "Metadata": {"Hallmark": {"System": "flow", "Stage": "dev", "Region": "us-east-1"}},
        "Resources": {
            **functions,
            "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine},
            "Failures": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "sqs-flow-upload-failure-dev"}},
            "Status": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {"TableName": "dynamodb-flow-processing-status-dev"},
            },
            "Results": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "sns-flow-results-dev"}},
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": logs},
        },
    }


def put(path: str, value: Any) -> Change:
    """An edit: a value at a path below the states, such as `Validate.Retry.0.MaxAttempts`."""

    def change(states: Document) -> None:
        *steps, last = path.split(".")
        here: Any = states
        for step in steps:
            here = here[int(step) if isinstance(here, list) else step]
        here[int(last) if isinstance(here, list) else last] = copy.deepcopy(value)

    return change


def gone(path: str) -> Change:
    """An edit: nothing at a path."""

    def change(states: Document) -> None:
        *steps, last = path.split(".")
        here: Any = states
        for step in steps:
            here = here[int(step) if isinstance(here, list) else step]
        del here[int(last) if isinstance(here, list) else last]

    return change


def edited(*changes: Change) -> Document:
    """The definition with edits of its states."""
    made = definition()
    for change in changes:
        change(made["States"])
    return made


def found(policy: str, document: Document, **parameters: Any) -> list[Finding]:
    """What a policy finds in a template."""
    template = Template(document)
    given = {**PARAMETERS.get(policy, {}), **parameters, "stage": "dev", "parts": Parts(template, declared(PARTS))}
    return list(library.policy(policy).findings(template, given))


def of_states(states: Document) -> dict[str, list[str]]:
    """What each policy of workflows finds in a definition: paths below it."""
    document = flow(states)
    all_found = {policy: found(policy, document) for policy in PARAMETERS}
    return {policy: [one.path for one in some] for policy, some in all_found.items() if some}
