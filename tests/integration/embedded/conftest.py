"""What tests of the extensions need: clients, small stacks, and a function that does what its event asks for."""

import io
import itertools
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hallmark.stage.embedded import stage_of
from hallmark.stage.embedded.emulator import Emulator
from tests.support.machines import Machines
from tests.support.policy_statements import allow, open_queue
from tests.support.streams import READING, Streamed, make_function, make_role, make_table
from tests.support.waiting import wait_for

Client = Callable[[str], Any]
HANDLER = """
exports.handler = async (event) => {
  const { version, env } = process;
  console.log(JSON.stringify({ version, trace: env._X_AMZN_TRACE_ID, mark: event.mark }));
  if (event.wait) await new Promise((done) => setTimeout(done, event.wait));
  if (event.fail) throw new Error("told to fail");
  return { statusCode: 200, body: JSON.stringify({ header: (event.headers || {})["X-Amzn-Trace-Id"] }) };
};
"""
SERVICES = ("lambda.amazonaws.com", "events.amazonaws.com", "apigateway.amazonaws.com")
_numbers = itertools.count(1)


@pytest.fixture
def unique() -> str:
    """A name that no other test uses."""
    return f"test-{next(_numbers)}"


@pytest.fixture(scope="session")
def client(running_emulator: Emulator) -> Client:
    return stage_of(running_emulator, "realtime", "dev").client


@pytest.fixture
def stack(client: Client, unique: str) -> Callable[[dict[str, Any]], dict[str, str]]:
    """Create a stack of the given resources; returns the physical ids by logical ids."""

    def create(resources: dict[str, Any]) -> dict[str, str]:
        cloudformation = client("cloudformation")
        template = json.dumps({"Resources": resources})
        cloudformation.create_stack(StackName=unique, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
        state = lambda: cloudformation.describe_stacks(StackName=unique)["Stacks"][0]["StackStatus"]  # noqa: E731
        wait_for(lambda: not state().endswith("IN_PROGRESS"), "the stack")
        events = cloudformation.describe_stack_events(StackName=unique)["StackEvents"]
        reasons = [event.get("ResourceStatusReason") for event in events if "FAILED" in event["ResourceStatus"]]
        assert state() == "CREATE_COMPLETE", reasons
        listed = cloudformation.list_stack_resources(StackName=unique)["StackResourceSummaries"]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in listed}

    return create


@pytest.fixture
def queue(client: Client) -> Callable[[str], tuple[str, str]]:
    """Create a queue that EventBridge may send to; returns its URL and its ARN."""

    return lambda name: open_queue(client("sqs"), name, "events.amazonaws.com")


@pytest.fixture
def receive(client: Client) -> Callable[[str], dict[str, Any]]:
    """Wait for a message in a queue and return it."""

    def one(url: str) -> dict[str, Any]:
        def messages() -> Any:
            return client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")

        message: dict[str, Any] = wait_for(messages, f"a message in {url}")[0]
        return message

    return one


@pytest.fixture
def bus(client: Client, unique: str) -> str:
    """An event bus with the test's name."""
    client("events").create_event_bus(Name=unique)
    return unique


@pytest.fixture
def route(client: Client, bus: str) -> Callable[..., str]:
    """Put a rule for everything of source `test` on the bus, with one target; returns the rule's ARN."""

    def put(rule: str, arn: str, **target: Any) -> str:
        events = client("events")
        created: str = events.put_rule(Name=rule, EventBusName=bus, EventPattern='{"source": ["test"]}')["RuleArn"]
        events.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn, **target}])
        return created

    return put


@pytest.fixture
def emit(client: Client, bus: str) -> Callable[..., dict[str, Any]]:
    """Put one event of source `test` on the bus."""

    def put(detail: dict[str, Any], **entry: Any) -> dict[str, Any]:
        event = {"Source": "test", "DetailType": "Test", "Detail": json.dumps(detail), "EventBusName": bus, **entry}
        answer: dict[str, Any] = client("events").put_events(Entries=[event])
        return answer

    return put


@pytest.fixture(scope="module", autouse=True)
def no_role_stays(client: Client) -> Iterator[None]:
    """Delete the roles of a file's tests: one with rights on everything differs from what a stage declares."""
    yield
    iam = client("iam")
    for name in (one["RoleName"] for page in iam.get_paginator("list_roles").paginate() for one in page["Roles"]):
        if name.startswith("test"):
            for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
                iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
                iam.delete_role_policy(RoleName=name, PolicyName=policy)
            iam.delete_role(RoleName=name)


@pytest.fixture(scope="module")
def role(client: Client) -> str:
    """A role that services may take to write logs, and to send to any queue and bus: its ARN."""
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": list(SERVICES)})]}
    rights = {"Statement": [allow(["logs:*", "sqs:SendMessage", "events:PutEvents"], "*")]}
    iam = client("iam")
    arn: str = iam.create_role(RoleName="test", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="test", PolicyName="test", PolicyDocument=json.dumps(rights))
    return arn


@pytest.fixture
def create(client: Client, unique: str, role: str) -> Callable[..., None]:
    """Create the test's own function from the text of its handler, with settings of Lambda's."""

    def make(handler: str, **settings: Any) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as files:
            files.writestr("index.js", handler)
        code = {"ZipFile": archive.getvalue()}
        client("lambda").create_function(
            FunctionName=unique, Runtime="nodejs18.x", Role=role, Handler="index.handler", Code=code, **settings
        )

    return make


@pytest.fixture
def function(client: Client, unique: str, create: Callable[..., None]) -> str:
    """A traced function with an alias `live`, whose events tell it to wait or to fail; returns its name.

    EventBridge and API Gateway may call the function and its alias.
    """
    awslambda = client("lambda")
    create(HANDLER, TracingConfig={"Mode": "Active"}, Publish=True)
    awslambda.create_alias(FunctionName=unique, Name="live", FunctionVersion="1")
    callers = itertools.product(SERVICES[1:], ({}, {"Qualifier": "live"}))
    for number, (service, qualifier) in enumerate(callers):
        permission = {"Action": "lambda:InvokeFunction", "Principal": service, **qualifier}
        awslambda.add_permission(FunctionName=unique, StatementId=f"call-{number}", **permission)
    return unique


@pytest.fixture
def function_logs(client: Client) -> Callable[[str], list[dict[str, Any]]]:
    """The JSON lines that a function has logged."""

    def lines(name: str) -> list[dict[str, Any]]:
        try:
            events = client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        except client("logs").exceptions.ResourceNotFoundException:
            return []
        return [json.loads(event["message"]) for event in events if event["message"].startswith("{")]

    return lines


@pytest.fixture(scope="module")
def reader(client: Any) -> str:
    """A role that may read streams and send to queues."""
    return make_role(client, "test-stream-reader", allow([*READING, "sqs:SendMessage"], "*"))


@pytest.fixture
def streamed(client: Any, unique: str, reader: str) -> Callable[..., Streamed]:
    """Make the test's table, function (with variables) and queue for failures, without a mapping."""

    def make(**variables: str) -> Streamed:
        make_function(client, unique, reader, **variables)
        url = client("sqs").create_queue(QueueName=unique)["QueueUrl"]
        arn = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return Streamed(client, unique, make_table(client, unique), url, arn)

    return make


@pytest.fixture
def machines(client: Client, running_emulator: Emulator, unique: str) -> Machines:
    """Small Express workflows with the test's name."""
    return Machines(client, running_emulator, unique)
