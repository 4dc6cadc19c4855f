"""A template's Express workflow calls its function, and what it did is in its log alone."""

import json
from collections.abc import Callable
from typing import Any

from hallmark.stage.embedded.emulator import Emulator
from tests.support.machines import DELIVERING, HANDLER, Machines, invoke, one
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for


def _role(service: str, *statements: Any) -> dict[str, Any]:
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": service})]}
    policies = [{"PolicyName": "own", "PolicyDocument": {"Statement": list(statements)}}] if statements else []
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, "Policies": policies}}


def test_a_stack_with_one_function(
    client: Callable[[str], Any], running_emulator: Emulator, unique: str, stack: Callable[..., dict[str, str]]
) -> None:
    arn = {"Fn::GetAtt": ["Function", "Arn"]}
    group = {"logGroupArn": {"Fn::GetAtt": ["Logs", "Arn"]}}
    logging = {
        "Level": "ALL",
        "IncludeExecutionData": False,
        "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": group["logGroupArn"]}}],
    }
    machine = {
        "StateMachineName": unique,
        "StateMachineType": "EXPRESS",
        "RoleArn": {"Fn::GetAtt": ["MachineRole", "Arn"]},
        "DefinitionString": json.dumps(one(invoke("${Function}"))),
        "DefinitionSubstitutions": {"Function": arn},
        "LoggingConfiguration": logging,
        "TracingConfiguration": {"Enabled": True},
    }
    function = {
        "Runtime": "python3.11",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["FunctionRole", "Arn"]},
        "Code": {"ZipFile": HANDLER},
    }
    made = stack(
        {
            "FunctionRole": _role("lambda.amazonaws.com"),
            "MachineRole": _role("states.amazonaws.com", allow("lambda:InvokeFunction", "*"), allow(DELIVERING, "*")),
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Logs": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {"LogGroupName": f"/aws/vendedlogs/states/{unique}"},
            },
            "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine},
        }
    )
    shown = client("stepfunctions").describe_state_machine(stateMachineArn=made["Machine"])
    assert shown["loggingConfiguration"]["level"] == "ALL"
    assert shown["loggingConfiguration"]["includeExecutionData"] is False
    assert shown["loggingConfiguration"]["destinations"][0]["cloudWatchLogsLogGroup"]["logGroupArn"].endswith(":*")
    assert shown["tracingConfiguration"] == {"enabled": True}

    machines = Machines(client, running_emulator, unique)
    found = machines.run(made["Machine"], {"key": "k"})
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"seen": {"key": "k"}})
    assert found["arn"].startswith(f"arn:aws:states:eu-central-1:000000000000:express:{unique}:")

    logs = client("logs")
    group_name = f"/aws/vendedlogs/states/{unique}"
    lines = wait_for(lambda: logs.filter_log_events(logGroupName=group_name)["events"], "the log")
    events = [json.loads(line["message"]) for line in lines]
    assert [event["type"] for event in events] == [
        *("ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded"),
        *("TaskStateExited", "ExecutionSucceeded"),
    ]
    assert {event["execution_arn"] for event in events} == {found["arn"]}
    assert "seen" not in json.dumps(events) and lines[0]["logStreamName"].startswith(f"states/{unique}/")
