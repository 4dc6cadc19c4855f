"""IAM of the emulator: who may call, whom resources let in, what services may do with a role, and what is noted."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.stage.embedded import ACCOUNT, stage_of
from hallmark.stage.embedded.emulator import Emulator, emulator
from hallmark.stage.sessions import session
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

REGION = "eu-central-1"

EVENTS = "events.amazonaws.com"
MakeRole = Callable[..., str]


@pytest.fixture
def make_role(client: Any, unique: str) -> MakeRole:
    """Make a role of some statements, which a principal may take; returns its ARN."""

    def make(*statements: dict[str, Any], **principal: str) -> str:
        iam, trust = client("iam"), {"Statement": [allow("sts:AssumeRole", Principal=principal)]}
        created = iam.create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(trust))
        if statements:
            policy = json.dumps({"Statement": list(statements)})
            iam.put_role_policy(RoleName=unique, PolicyName="own", PolicyDocument=policy)
        return str(created["Role"]["Arn"])

    return make


@pytest.fixture
def as_role(client: Any, running_emulator: Emulator) -> Callable[[str], Any]:
    """The clients of somebody who has taken a role."""

    def assume(arn: str) -> Any:
        given = client("sts").assume_role(RoleArn=arn, RoleSessionName="somebody")["Credentials"]
        keys = given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
        return stage_of(running_emulator, "realtime", "dev").acting_as(session(*keys, region=REGION)).client

    return assume


def _entry(bus: str, source: str) -> dict[str, str]:
    return {"EventBusName": bus, "Source": source, "DetailType": "Test", "Detail": "{}"}


@pytest.mark.parametrize(
    ("sources", "refused"),
    [(["test"], False), (["test", "test"], False), (["other"], True), (["test", "other"], True)],
    ids=["the one", "twice", "another", "one of two"],
)
def test_every_source_of_a_request_is_judged(
    make_role: MakeRole, as_role: Any, bus: str, sources: list[str], refused: bool
) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html"""
    arn = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}"
    only = {"ForAllValues:StringEquals": {"events:source": "test"}, "Null": {"events:source": "false"}}
    events = as_role(make_role(allow("events:PutEvents", arn, Condition=only), AWS=ACCOUNT))("events")
    entries = [_entry(bus, source) for source in sources]
    if not refused:
        assert events.put_events(Entries=entries)["FailedEntryCount"] == 0
        return
    with pytest.raises(ClientError) as caught:
        events.put_events(Entries=entries)
    assert caught.value.response["Error"] == {
        "Code": "AccessDeniedException",
        "Message": f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{bus}/somebody is not authorized to perform: "
        f"events:PutEvents on resource: {arn} because no identity-based policy allows the events:PutEvents action",
    }


def test_an_explicit_deny_wins_over_an_allow(make_role: MakeRole, as_role: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html"""
    rights = allow("dynamodb:*", "*"), {"Effect": "Deny", "Action": "dynamodb:ListTables", "Resource": "*"}
    dynamodb = as_role(make_role(*rights, AWS=ACCOUNT))("dynamodb")
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        dynamodb.list_tables()


def test_a_bucket_policy_refuses_the_administrator_too(client: Any, unique: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html"""
    s3, objects = client("s3"), f"arn:aws:s3:::{unique}-bucket/*"
    s3.create_bucket(Bucket=f"{unique}-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    refusal = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": objects}
    s3.put_bucket_policy(Bucket=f"{unique}-bucket", Policy=json.dumps({"Statement": [refusal]}))
    with pytest.raises(ClientError, match="with an explicit deny in a resource-based policy"):
        s3.put_object(Bucket=f"{unique}-bucket", Key="k", Body=b"")


def test_a_role_that_trusts_a_service_trusts_no_caller(client: Any, make_role: MakeRole) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    role = make_role(Service="lambda.amazonaws.com")
    with pytest.raises(ClientError, match="is not authorized to perform: sts:AssumeRole"):
        client("sts").assume_role(RoleArn=role, RoleSessionName="somebody")


@pytest.fixture
def dead_letter(queue: Any, unique: str, receive: Any) -> Iterator[tuple[dict[str, str], Callable[[], str]]]:
    """A dead-letter configuration, and the error code of what arrives there."""
    url, arn = queue(f"{unique}-dead")
    yield {"Arn": arn}, lambda: receive(url)["MessageAttributes"]["ERROR_CODE"]["StringValue"]


@pytest.mark.control("RT_TARGET_DLQ", "RT_IAM_LEAST")
def test_a_queue_that_lets_nobody_in_gets_nothing(
    client: Any, unique: str, route: Any, emit: Any, dead_letter: Any
) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"""
    configuration, code = dead_letter
    url = client("sqs").create_queue(QueueName=f"{unique}-closed")["QueueUrl"]
    route("rule", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{unique}-closed", DeadLetterConfig=configuration)
    emit({"mark": 1})
    assert code() == "NO_PERMISSIONS"
    assert "Messages" not in client("sqs").receive_message(QueueUrl=url)


@pytest.mark.control("RT_TARGET_DLQ", "RT_IAM_LEAST")
def test_a_queue_lets_in_the_rule_that_it_names(
    client: Any, unique: str, route: Any, emit: Any, queue: Any, receive: Any, dead_letter: Any
) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html"""
    configuration, code = dead_letter
    url, arn = queue(unique)
    rules = {name: route(name, arn, DeadLetterConfig=configuration) for name in ("named", "other")}
    named = {"ArnEquals": {"aws:SourceArn": rules["named"]}}
    policy = {"Statement": [allow("sqs:SendMessage", arn, Principal={"Service": EVENTS}, Condition=named)]}
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    emit({"mark": 2})
    assert json.loads(receive(url)["Body"])["detail"] == {"mark": 2}
    assert code() == "NO_PERMISSIONS"
    assert "Messages" not in client("sqs").receive_message(QueueUrl=url)


@pytest.mark.control("RT_IAM_LEAST")
def test_a_function_without_a_permission_is_not_called(
    client: Any, function: str, route: Any, emit: Any, dead_letter: Any
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"""
    configuration, code = dead_letter
    policy = json.loads(client("lambda").get_policy(FunctionName=function)["Policy"])
    for statement in policy["Statement"]:
        if statement["Principal"] == {"Service": EVENTS}:
            client("lambda").remove_permission(FunctionName=function, StatementId=statement["Sid"])
    route("rule", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}", DeadLetterConfig=configuration)
    emit({"mark": 3})
    assert code() == "NO_PERMISSIONS"


@pytest.mark.control("RT_RULE_FANOUT", "RT_IAM_LEAST")
@pytest.mark.parametrize(
    ("service", "rights"),
    [("lambda.amazonaws.com", "events:PutEvents"), (EVENTS, "events:PutRule")],
    ids=["untrusting", "powerless"],
)
def test_a_bus_is_reached_with_the_targets_role_alone(
    client: Any, unique: str, make_role: MakeRole, route: Any, emit: Any, dead_letter: Any, service: str, rights: str
) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html"""
    configuration, code = dead_letter
    other: str = client("events").create_event_bus(Name=f"{unique}-other")["EventBusArn"]
    role = make_role(allow(rights, other), Service=service)
    route("rule", other, RoleArn=role, DeadLetterConfig=configuration)
    emit({"mark": 4})
    assert code() == "NO_PERMISSIONS"


@pytest.mark.control("RT_FN_LOGS", "RT_FN_DESTINATIONS", "RT_IAM_LEAST")
def test_lambda_does_nothing_that_the_functions_role_may_not(
    client: Any, function: str, make_role: MakeRole, queue: Any, receive: Any, function_logs: Any, bus: str
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html"""
    awslambda, (url, arn) = client("lambda"), queue(f"{function}-outcome")
    awslambda.update_function_configuration(
        FunctionName=function, Role=make_role(allow("sqs:SendMessage", arn), Service="lambda.amazonaws.com")
    )
    to_bus = {"OnSuccess": {"Destination": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}"}}
    to_queue = {"OnFailure": {"Destination": arn}}
    awslambda.put_function_event_invoke_config(
        FunctionName=function, MaximumRetryAttempts=0, DestinationConfig={**to_bus, **to_queue}
    )
    watched, watching = queue(f"{function}-watch")
    client("events").put_rule(Name="watch", EventBusName=bus, EventPattern='{"source": ["lambda"]}')
    client("events").put_targets(Rule="watch", EventBusName=bus, Targets=[{"Id": "1", "Arn": watching}])
    # The second takes longer, so that the first is done before it.
    for event in ({"mark": 1}, {"mark": 2, "fail": True, "wait": 300}):
        awslambda.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event))
    assert json.loads(receive(url)["Body"])["requestPayload"]["mark"] == 2
    assert "Messages" not in client("sqs").receive_message(QueueUrl=watched)
    assert function_logs(function) == []


@pytest.mark.control("RT_IAM_LEAST")
def test_only_what_a_function_does_itself_is_noted(tmp_path: Path) -> None:
    """The operator's calls and those of somebody with the role's session are no use of the role by the function."""
    record = tmp_path / "used.jsonl"
    with emulator({"HALLMARK_IAM_RECORD": str(record)}) as own:
        client = stage_of(own, "realtime", "dev").client
        trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": EVENTS, "AWS": ACCOUNT})]}
        bus = client("events").create_event_bus(Name="audit")["EventBusArn"]
        role = client("iam").create_role(RoleName="forwarder", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
        rights = json.dumps({"Statement": [allow("events:PutEvents", bus)]})
        client("iam").put_role_policy(RoleName="forwarder", PolicyName="own", PolicyDocument=rights)
        client("events").put_rule(Name="all", EventPattern='{"source": ["test"]}')
        client("events").put_targets(Rule="all", Targets=[{"Id": "1", "Arn": bus, "RoleArn": role["Arn"]}])
        for _ in range(3):
            client("events").put_events(Entries=[_entry("default", "test")])
        wait_for(record.is_file, "the record")
    noted = [json.loads(line) for line in record.read_text().splitlines()]
    assert sum(line.pop("times") for line in noted) == 3
    assert (
        noted[0]
        == noted[-1]
        == {
            "role": "forwarder",
            "by": "events",
            "action": "events:PutEvents",
            "resource": bus,
            "context": {"events:source": ["test"], "events:detail-type": ["Test"]},
            "allowed": True,
        }
    )
