"""Small Express workflows for tests: roles, functions in Python, machines with their log groups, and what ran."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import urllib3

from hallmark.stage.embedded.emulator import Emulator
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

Client = Callable[[str], Any]
Json = dict[str, Any]
DELIVERING = [
    *("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery"),
    *("logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
]
HANDLER = """
import os, time

class Odd(Exception):
    pass

def handler(event, context):
    if event.get("wait"):
        time.sleep(event["wait"])
    if event.get("exit"):
        os._exit(1)
    if event.get("fail"):
        raise Odd(event["fail"])
    return {"seen": event, "large": "x" * event.get("large", 0)}
"""
TRANSIENT = ["Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.Unknown", "States.Timeout"]


@dataclass
class Machines:
    """Everything has names that begin with the test's own."""

    client: Client
    emulator: Emulator
    name: str

    def role(self, *statements: Json, service: str = "states.amazonaws.com", suffix: str = "") -> str:
        """Make a role that a service may take."""
        trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": service})]}
        iam, name = self.client("iam"), f"{self.name}{suffix}"
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        if statements:
            rights = json.dumps({"Statement": list(statements)})
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=rights)
        return arn

    def function(self, role: str, code: str = HANDLER, **settings: Any) -> str:
        """Make the test's function; returns its ARN."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as files:
            files.writestr("index.py", code)
        made = self.client("lambda").create_function(
            FunctionName=self.name,
            Runtime="python3.11",
            Role=role,
            Handler="index.handler",
            Code={"ZipFile": archive.getvalue()},
            **settings,
        )
        return str(made["FunctionArn"])

    def logged(self, level: str = "ALL", data: bool = True) -> Json:
        """Make the test's log group; returns a logging configuration."""
        name = f"/aws/vendedlogs/states/{self.name}"
        logs = self.client("logs")
        logs.create_log_group(logGroupName=name)
        arn = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["arn"]
        return {
            "level": level,
            "includeExecutionData": data,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
        }

    def make(self, role: str, definition: Json, **settings: Any) -> str:
        """Make the test's machine; returns its ARN."""
        made = self.client("stepfunctions").create_state_machine(
            name=self.name, definition=json.dumps(definition), roleArn=role, type="EXPRESS", **settings
        )
        return str(made["stateMachineArn"])

    def start(self, arn: str, data: Any, **settings: Any) -> str:
        started = self.client("stepfunctions").start_execution(stateMachineArn=arn, input=json.dumps(data), **settings)
        return str(started["executionArn"])

    def shown(self, path: str = "") -> Json:
        """What the emulator shows of the executions."""
        answer = urllib3.request("GET", f"{self.emulator.endpoint}/_hallmark/executions{path}")
        return dict(answer.json())

    def ended(self, execution: str) -> Json:
        """Wait for an execution's end; returns it with its events."""

        def over() -> Json | None:
            found = self.shown(f"/{execution}")
            return found if found.get("stopped") else None

        return dict(wait_for(over, execution))

    def run(self, arn: str, data: Any) -> Json:
        return self.ended(self.start(arn, data))


def task(resource: str, **fields: Any) -> Json:
    """A state that calls something."""
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", **fields}


def one(state: Json, **more: Json) -> Json:
    """A definition whose first state is the given one, which ends unless it has a Next."""
    ends = {} if "Next" in state or state["Type"] in ("Choice", "Succeed", "Fail") else {"End": True}
    return {"StartAt": "First", "States": {"First": state | ends, **more}}


def invoke(function: str, **fields: Any) -> Json:
    """A task that calls a function with its whole input, and takes the payload."""
    parameters = {"FunctionName": function, "Payload.$": "$"}
    return task("lambda:invoke", Parameters=parameters, ResultSelector={"seen.$": "$.Payload.seen"}, **fields)
