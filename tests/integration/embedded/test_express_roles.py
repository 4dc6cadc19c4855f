"""What a machine calls is judged by its own role, recorded as its use, and fails by the service's names."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.stage.embedded import emulator as embedded
from hallmark.stage.embedded import stage_of
from hallmark.stage.embedded.faults import Injection, inject
from tests.support.machines import DELIVERING, Machines, invoke, one, task
from tests.support.policy_statements import allow
from tests.support.streams import make_table

Json = dict[str, Any]
Client = Callable[[str], Any]
CATCH = {"Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught"}]}
CAUGHT = {"Caught": {"Type": "Pass", "End": True}}
SECURE = {"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


@pytest.fixture
def send(client: Client, unique: str) -> Json:
    """A task that sends its input to the test's queue, which asks for TLS."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=unique)["QueueUrl"]
    policy = {"Statement": [{**SECURE, "Action": "sqs:*", "Resource": "*"}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    body = {"state": "First", "execution.$": "$$.Execution.Id", "input.$": "$"}
    return task("sqs:sendMessage", Parameters={"QueueUrl": url, "MessageBody": body}, ResultPath=None)


@pytest.fixture
def publish(client: Client, unique: str) -> Json:
    """A task that publishes to the test's topic."""
    arn = client("sns").create_topic(Name=unique)["TopicArn"]
    attributes = {"status": {"DataType": "String", "StringValue": "failed"}}
    parameters = {"TopicArn": arn, "Message.$": "States.JsonToString($)", "MessageAttributes": attributes}
    return task("sns:publish", Parameters=parameters, ResultSelector={"id.$": "$.MessageId"})


@pytest.fixture
def mark(client: Client, unique: str) -> Json:
    """A task that marks an upload, named by the key of its object, as failed, unless it is done."""
    make_table(client, unique)
    key = "States.ArrayGetItem(States.StringSplit(States.ArrayGetItem(States.StringSplit($.key, '/'), 3), '.'), 0)"
    return task(
        "dynamodb:updateItem",
        Parameters={
            "TableName": unique,
            "Key": {"k": {"S.$": key}, "s": {"S.$": "States.Format('{}-{}', $.key, $$.State.Name)"}},
            "UpdateExpression": "SET #s = :failed",
            "ConditionExpression": "attribute_not_exists(#s) OR #s <> :failed",
            "ExpressionAttributeNames": {"#s": "status"},
            "ExpressionAttributeValues": {":failed": {"S": "failed"}},
        },
        ResultPath="$.marked",
    )


def _received(client: Client, name: str) -> Json:
    url = client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    (message,) = client("sqs").receive_message(QueueUrl=url)["Messages"]
    return dict(json.loads(message["Body"]))


def test_a_message_is_sent_as_json(client: Client, machines: Machines, send: Json) -> None:
    arn = machines.make(machines.role(allow("sqs:SendMessage", "*")), one(send))
    found = machines.run(arn, {"key": "ü"})
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"key": "ü"})
    expected = {"state": "First", "execution": found["arn"], "input": {"key": "ü"}}
    assert _received(client, machines.name) == expected


def test_a_topic_is_told(machines: Machines, publish: Json) -> None:
    arn = machines.make(machines.role(allow("sns:Publish", "*")), one(publish))
    found = machines.run(arn, {"key": "k"})
    assert found["status"] == "SUCCEEDED" and json.loads(found["output"])["id"]


def test_a_condition_that_fails_has_its_name(client: Client, machines: Machines, mark: Json) -> None:
    state = {**mark, "Catch": [{"ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "Next": "Caught"}]}
    arn = machines.make(machines.role(allow("dynamodb:UpdateItem", "*")), one(state, **CAUGHT))
    data = {"key": "uploads/bank-01/2024-01-02/abc.csv"}
    assert machines.run(arn, data)["status"] == "SUCCEEDED"
    (item,) = client("dynamodb").scan(TableName=machines.name)["Items"]
    assert (item["k"]["S"], item["s"]["S"]) == ("abc", f"{data['key']}-First")
    again = json.loads(machines.run(arn, data)["output"])
    assert again["Error"] == "DynamoDB.ConditionalCheckFailedException"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("send", "SQS.AmazonSQSException"),
        ("publish", "SNS.AuthorizationErrorException"),
        ("mark", "DynamoDB.AmazonDynamoDBException"),
    ],
)
def test_a_role_without_the_right_is_refused(
    machines: Machines, request: pytest.FixtureRequest, name: str, error: str
) -> None:
    state = {**request.getfixturevalue(name), **CATCH}
    arn = machines.make(machines.role(), one(state, **CAUGHT))
    found = json.loads(machines.run(arn, {"key": "uploads/bank-01/2024-01-02/abc.csv"})["output"])
    assert found["error"]["Error"] == error
    assert "not authorized" in found["error"]["Cause"] or "denied" in found["error"]["Cause"]


def test_a_role_without_the_right_to_invoke_is_refused(machines: Machines) -> None:
    function = machines.function(machines.role(service="lambda.amazonaws.com", suffix="-f"))
    arn = machines.make(machines.role(allow("lambda:InvokeFunction", f"{function}-other")), one(invoke(function)))
    found = machines.run(arn, {})
    assert (found["error"], "lambda:InvokeFunction" in found["cause"]) == ("Lambda.AWSLambdaException", True)


@pytest.mark.parametrize(
    ("name", "fault", "error"),
    [
        ("send", Injection("sqs", "SendMessage", code="RequestThrottled"), "SQS.RequestThrottledException"),
        ("publish", Injection("sns", "Publish", code="InternalError", status=500), "SNS.InternalErrorException"),
        ("mark", Injection("dynamodb", "UpdateItem", code="ThrottlingException"), "DynamoDB.ThrottlingException"),
    ],
)
def test_a_fault_strikes_the_machines_call(
    machines: Machines, request: pytest.FixtureRequest, name: str, fault: Injection, error: str
) -> None:
    state = {**request.getfixturevalue(name), **CATCH}
    arn = machines.make(machines.role(allow("*", "*")), one(state, **CAUGHT))
    data = {"key": "uploads/bank-01/2024-01-02/abc.csv"}
    with inject(machines.emulator.endpoint, Injection(**{**vars(fault), "by": machines.name})) as injected:
        output = json.loads(machines.run(arn, data)["output"])
        assert (output["error"]["Error"], injected.strikes) == (error, 1)
    with inject(machines.emulator.endpoint, Injection(**{**vars(fault), "by": "another"})) as injected:
        assert machines.run(arn, data)["status"] == "SUCCEEDED"
        assert injected.strikes == 0


def test_a_log_destination_needs_the_delivery_actions(client: Client, machines: Machines) -> None:
    logging = machines.logged()
    lacking = machines.role(allow(DELIVERING[1:], "*"))
    with pytest.raises(ClientError, match=r"AccessDeniedException.*is not authorized to access the Log Destination"):
        machines.make(lacking, one({"Type": "Pass"}), loggingConfiguration=logging)
    able = machines.role(allow(DELIVERING, "*"), suffix="-able")
    client("logs").delete_log_group(logGroupName=f"/aws/vendedlogs/states/{machines.name}")
    with pytest.raises(ClientError, match="is not authorized to access the Log Destination"):
        machines.make(able, one({"Type": "Pass"}), loggingConfiguration=logging)


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"StartAt": "None", "States": {"First": {"Type": "Pass", "End": True}}}, "MISSING_TRANSITION_TARGET"),
        (one(task("sqs:sendMessage.waitForTaskToken")), "does not support"),
        (one({"Type": "Pass", "Next": "Nowhere"}), "Nowhere"),
    ],
)
def test_a_definition_that_aws_refuses(machines: Machines, definition: Json, words: str) -> None:
    with pytest.raises(ClientError, match=f"InvalidDefinition.*{words}"):
        machines.make(machines.role(), definition)


def test_a_role_that_trusts_another_service_is_refused(machines: Machines) -> None:
    with pytest.raises(ClientError, match="authorized to assume the provided role"):
        machines.make(machines.role(service="lambda.amazonaws.com"), one({"Type": "Pass"}))


@pytest.fixture
def recorded(unique: str, tmp_path: Path) -> Iterator[tuple[Machines, Path]]:
    """Machines on an emulator of their own, which records what roles are used for."""
    file = tmp_path / "record"
    with embedded.emulator({"HALLMARK_IAM_RECORD": str(file)}) as running:
        yield Machines(stage_of(running, "realtime", "dev").client, running, unique), file


def test_each_use_of_the_role_is_recorded(recorded: tuple[Machines, Path]) -> None:
    machines, file = recorded
    function = machines.function(machines.role(service="lambda.amazonaws.com", suffix="-f"))
    url = machines.client("sqs").create_queue(QueueName=machines.name)["QueueUrl"]
    send = task("sqs:sendMessage", Parameters={"QueueUrl": url, "MessageBody.$": "$"}, ResultPath=None, End=True)
    role = machines.role(allow(["lambda:InvokeFunction", "sqs:SendMessage", *DELIVERING], "*"))
    definition = one(invoke(function, Next="Send"), Send=send)
    found = machines.run(machines.make(role, definition, loggingConfiguration=machines.logged()), {})
    assert found["status"] == "SUCCEEDED"
    used = [json.loads(line) for line in file.read_text().splitlines()]
    mine = {(one["action"], one["by"]) for one in used if one["role"] == machines.name and one["allowed"]}
    assert mine == {(action, machines.name) for action in ("lambda:InvokeFunction", "sqs:SendMessage", *DELIVERING)}
