"""Two regions of one account do not see each other; only S3's and IAM's names are those of all regions."""

import io
import itertools
import json
import os
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

from hallmark.stage.deployed import DeployedStage
from hallmark.stage.embedded import ACCOUNT, SECRET, environment, stage_of
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.sessions import session
from infra.systems import system_of
from tests.support.policy_statements import allow, open_queue
from tests.support.waiting import wait_for

REGIONS = HERE, THERE = "eu-central-1", "us-east-1"
Client = Callable[[str], Any]
HANDLER = """
exports.handler = async (event) => {
  const region = process.env.AWS_REGION;
  console.log(JSON.stringify({ region, other: process.env.AWS_DEFAULT_REGION, mark: event.mark }));
  if (event.wait) await new Promise((done) => setTimeout(done, event.wait));
  if (event.fail) throw new Error("told to fail");
  return { statusCode: 200, body: region };
};
"""
WRITER = """
const { DynamoDBClient, PutItemCommand } = require("@aws-sdk/client-dynamodb");
const table = new DynamoDBClient({});
exports.handler = async ({ name }) => {
  try { await table.send(new PutItemCommand({ TableName: name, Item: { id: { S: process.env.AWS_REGION } } })); }
  catch (error) { return error.name; }
  return "written";
};
"""
BUSY_MS = 3000
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
LOG_LINE_OVERHEAD_BYTES = 26


@pytest.fixture(scope="session")
def regions(running_emulator: Emulator) -> dict[str, Client]:
    """The clients of each region, as one account has them."""
    return {
        region: DeployedStage(
            "realtime", "dev", "embedded", session(ACCOUNT, SECRET, region=region), running_emulator.endpoint
        ).client
        for region in REGIONS
    }


@dataclass(frozen=True)
class Kind:
    """A kind of resource: how one is made with a mark, which returns what it is read by, listed and read."""

    service: str
    make: Callable[[Any, str, str], str]
    listed: Callable[[Any], list[str]]
    mark: Callable[[Any, str], str]


def _zip(handler: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("index.js", handler)
    return archive.getvalue()


def _named(make: Callable[[Any, str, str], Any]) -> Callable[[Any, str, str], str]:
    """What is read by its name."""

    def made(client: Any, name: str, mark: str) -> str:
        make(client, name, mark)
        return name

    return made


def _make_function(client: Any, name: str, mark: str, handler: str = HANDLER, role: str = "test") -> None:
    client.create_function(
        FunctionName=name,
        Description=mark,
        Runtime="nodejs18.x",
        Role=f"arn:aws:iam::{ACCOUNT}:role/{role}",
        Handler="index.handler",
        Code={"ZipFile": _zip(handler)},
        Publish=True,
    )


def _make_table(client: Any, name: str, mark: str) -> None:
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        Tags=[{"Key": "mark", "Value": mark}],
    )


def _make_stack(client: Any, name: str, mark: str) -> None:
    template = {
        "Description": mark,
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"{name}-of-stack"}}},
    }
    client.create_stack(StackName=name, TemplateBody=json.dumps(template))


def _alarm(client: Any, name: str, mark: str) -> None:
    client.put_metric_alarm(
        AlarmName=name,
        AlarmDescription=mark,
        Namespace="test",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )


def _only(found: list[Any]) -> Any:
    if not found:
        raise LookupError
    (one,) = found
    return one


def _bus_arn(client: Any, bus: str = "default") -> str:
    return f"arn:aws:events:{client.meta.region_name}:{ACCOUNT}:event-bus/{bus}"


KINDS = {
    "bus": Kind(
        "events",
        _named(lambda client, name, mark: client.create_event_bus(Name=name, Description=mark)),
        lambda client: [bus["Name"] for bus in client.list_event_buses()["EventBuses"]],
        lambda client, name: client.describe_event_bus(Name=name)["Description"],
    ),
    "rule": Kind(
        "events",
        _named(
            lambda client, name, mark: client.put_rule(Name=name, Description=mark, EventPattern='{"source":["x"]}')
        ),
        lambda client: [rule["Name"] for rule in client.list_rules()["Rules"]],
        lambda client, name: client.describe_rule(Name=name)["Description"],
    ),
    "archive": Kind(
        "events",
        _named(
            lambda client, name, mark: client.create_archive(
                ArchiveName=name, Description=mark, EventSourceArn=_bus_arn(client)
            )
        ),
        lambda client: [archive["ArchiveName"] for archive in client.list_archives()["Archives"]],
        lambda client, name: client.describe_archive(ArchiveName=name)["Description"],
    ),
    "function": Kind(
        "lambda",
        _named(_make_function),
        lambda client: [function["FunctionName"] for function in client.list_functions()["Functions"]],
        lambda client, name: client.get_function_configuration(FunctionName=name)["Description"],
    ),
    "log group": Kind(
        "logs",
        _named(lambda client, name, mark: client.create_log_group(logGroupName=name, tags={"mark": mark})),
        lambda client: [group["logGroupName"] for group in client.describe_log_groups()["logGroups"]],
        lambda client, name: client.list_tags_log_group(logGroupName=name)["tags"]["mark"],
    ),
    "queue": Kind(
        "sqs",
        _named(lambda client, name, mark: client.create_queue(QueueName=name, tags={"mark": mark})),
        lambda client: [url.rsplit("/", 1)[1] for url in client.list_queues().get("QueueUrls", [])],
        lambda client, name: client.list_queue_tags(QueueUrl=client.get_queue_url(QueueName=name)["QueueUrl"])["Tags"][
            "mark"
        ],
    ),
    "topic": Kind(
        "sns",
        _named(lambda client, name, mark: client.create_topic(Name=name, Attributes={"DisplayName": mark})),
        lambda client: [topic["TopicArn"].rsplit(":", 1)[1] for topic in client.list_topics()["Topics"]],
        lambda client, name: client.get_topic_attributes(
            TopicArn=f"arn:aws:sns:{client.meta.region_name}:{ACCOUNT}:{name}"
        )["Attributes"]["DisplayName"],
    ),
    "table": Kind(
        "dynamodb",
        _named(_make_table),
        lambda client: client.list_tables()["TableNames"],
        lambda client, name: client.list_tags_of_resource(
            ResourceArn=client.describe_table(TableName=name)["Table"]["TableArn"]
        )["Tags"][0]["Value"],
    ),
    "alarm": Kind(
        "cloudwatch",
        _named(_alarm),
        lambda client: [alarm["AlarmName"] for alarm in client.describe_alarms()["MetricAlarms"]],
        lambda client, name: _only(client.describe_alarms(AlarmNames=[name])["MetricAlarms"])["AlarmDescription"],
    ),
    "stack": Kind(
        "cloudformation",
        _named(_make_stack),
        lambda client: [stack["StackName"] for stack in client.describe_stacks()["Stacks"]],
        lambda client, name: client.describe_stacks(StackName=name)["Stacks"][0]["Description"],
    ),
    "API": Kind(
        "apigateway",
        lambda client, name, mark: client.create_rest_api(name=name, description=mark)["id"],
        lambda client: [api["name"] for api in client.get_rest_apis()["items"]],
        lambda client, identity: client.get_rest_api(restApiId=identity)["description"],
    ),
    "API key": Kind(
        "apigateway",
        lambda client, name, mark: client.create_api_key(name=name, description=mark)["id"],
        lambda client: [key["name"] for key in client.get_api_keys()["items"]],
        lambda client, identity: client.get_api_key(apiKey=identity)["description"],
    ),
    "usage plan": Kind(
        "apigateway",
        lambda client, name, mark: client.create_usage_plan(name=name, description=mark)["id"],
        lambda client: [plan["name"] for plan in client.get_usage_plans()["items"]],
        lambda client, identity: client.get_usage_plan(usagePlanId=identity)["description"],
    ),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_in_one_region_is_not_in_the_other(
    kind: Kind, regions: dict[str, Client], unique: str, role: str
) -> None:
    here, there = (regions[region](kind.service) for region in REGIONS)
    identity = kind.make(here, unique, "here")
    assert unique in kind.listed(here)
    assert unique not in kind.listed(there)
    with pytest.raises((ClientError, LookupError)):
        kind.mark(there, identity)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_one_name_means_another_resource_in_each_region(
    kind: Kind, regions: dict[str, Client], unique: str, role: str
) -> None:
    clients = {region: regions[region](kind.service) for region in REGIONS}
    identities = {region: kind.make(client, unique, region) for region, client in clients.items()}
    for region, client in clients.items():
        assert kind.listed(client).count(unique) == 1
        assert kind.mark(client, identities[region]) == region


def test_names_of_roles_and_buckets_are_those_of_all_regions(regions: dict[str, Client], unique: str) -> None:
    here, there = (regions[region] for region in REGIONS)
    trust = json.dumps({"Statement": [allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})]})
    here("iam").create_role(RoleName=unique, AssumeRolePolicyDocument=trust)
    with pytest.raises(there("iam").exceptions.EntityAlreadyExistsException):
        there("iam").create_role(RoleName=unique, AssumeRolePolicyDocument=trust)
    here("s3").create_bucket(Bucket=unique, CreateBucketConfiguration={"LocationConstraint": HERE})
    assert here("s3").get_bucket_location(Bucket=unique)["LocationConstraint"] == HERE
    assert unique in [bucket["Name"] for bucket in there("s3").list_buckets()["Buckets"]]


def _receive(client: Any, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.receive_message(QueueUrl=url, WaitTimeSeconds=0).get("Messages", [])
    return found


def test_an_event_reaches_the_rules_and_the_archives_of_its_region_alone(
    regions: dict[str, Client], unique: str
) -> None:
    urls = {}
    for region, client in regions.items():
        events = client("events")
        events.create_event_bus(Name=unique)
        urls[region], arn = open_queue(client("sqs"), unique, "events.amazonaws.com")
        assert f":{region}:" in arn
        events.put_rule(Name=unique, EventBusName=unique, EventPattern='{"source": ["test"]}')
        events.put_targets(Rule=unique, EventBusName=unique, Targets=[{"Id": "1", "Arn": arn}])
        events.create_archive(ArchiveName=unique, EventSourceArn=_bus_arn(events, unique))
    for sent, region in enumerate(REGIONS, 1):
        entry = {"Source": "test", "DetailType": "T", "Detail": json.dumps({"n": sent}), "EventBusName": unique}
        regions[region]("events").put_events(Entries=[entry])
        got = wait_for(lambda region=region: _receive(regions[region]("sqs"), urls[region]), "the event")
        assert (json.loads(got[0]["Body"])["region"], json.loads(got[0]["Body"])["detail"]) == (region, {"n": sent})
    for region, client in regions.items():
        assert _receive(client("sqs"), urls[region]) == []
        assert client("events").describe_archive(ArchiveName=unique)["EventCount"] == 1


def test_what_is_in_another_region_is_refused(regions: dict[str, Client], unique: str) -> None:
    here, there = (regions[region] for region in REGIONS)
    arn = open_queue(there("sqs"), unique, "events.amazonaws.com")[1]
    there("events").create_event_bus(Name=unique)
    here("events").put_rule(Name=unique, EventPattern='{"source": ["test"]}')
    with pytest.raises(here("events").exceptions.ClientError, match="ValidationException"):
        here("events").put_targets(Rule=unique, Targets=[{"Id": "1", "Arn": arn}])
    with pytest.raises(here("events").exceptions.ResourceNotFoundException):
        here("events").create_archive(ArchiveName=unique, EventSourceArn=_bus_arn(there("events"), unique))
    with pytest.raises(here("sqs").exceptions.ResourceNotFoundException):
        here("sqs").list_message_move_tasks(SourceArn=arn)


def _logged(client: Client, name: str) -> list[dict[str, Any]]:
    try:
        events = client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    except client("logs").exceptions.ResourceNotFoundException:
        return []
    return [json.loads(event["message"]) for event in events if event["message"].startswith("{")]


def test_a_function_runs_and_logs_in_its_region(regions: dict[str, Client], unique: str, role: str) -> None:
    for region, client in regions.items():
        _make_function(client("lambda"), unique, region)
    for region, client in regions.items():
        answer = json.loads(client("lambda").invoke(FunctionName=unique)["Payload"].read())
        assert answer["body"] == region
        lines = _logged(client, unique)
        assert [(line["region"], line["other"]) for line in lines] == [(region, region)]


def test_what_functions_log_is_counted_in_all_regions(
    running_emulator: Emulator, regions: dict[str, Client], unique: str, role: str
) -> None:
    group = f"/aws/lambda/{unique}"
    sizes = []
    for region, client in regions.items():
        _make_function(client("lambda"), unique, region)
        client("lambda").invoke(FunctionName=unique)
        logged = client("logs").filter_log_events(logGroupName=group)["events"]
        sizes.append(sum(len(event["message"].encode()) + LOG_LINE_OVERHEAD_BYTES for event in logged))
    counted = stage_of(running_emulator, "realtime", "dev").usage() or {}
    assert counted[f"bytes:logs:{group}"] == sum(sizes)


def test_busy_processes_of_one_region_leave_the_other_alone(regions: dict[str, Client], unique: str, role: str) -> None:
    for region, client in regions.items():
        _make_function(client("lambda"), unique, region)

    def invoke(region: str, event: dict[str, Any]) -> None:
        regions[region]("lambda").invoke(FunctionName=unique, Payload=json.dumps(event))

    places = max(2, os.cpu_count() or 0)
    with ThreadPoolExecutor(places) as threads:
        busy = [threads.submit(invoke, HERE, {"wait": BUSY_MS}) for _ in range(places)]
        invoke(THERE, {})
        assert not any(invocation.done() for invocation in busy)


def test_what_nobody_waits_for_stays_in_its_region(regions: dict[str, Client], unique: str, role: str) -> None:
    urls = {}
    for region, client in regions.items():
        _make_function(client("lambda"), unique, region)
        urls[region], arn = open_queue(client("sqs"), unique, "lambda.amazonaws.com")
        client("lambda").put_function_event_invoke_config(
            FunctionName=unique, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": arn}}
        )
    failing = json.dumps({"fail": True}).encode()
    regions[THERE]("lambda").invoke(FunctionName=unique, InvocationType="Event", Payload=failing)
    record = json.loads(wait_for(lambda: _receive(regions[THERE]("sqs"), urls[THERE]), "the record")[0]["Body"])
    assert record["requestContext"]["functionArn"].split(":")[3] == THERE
    assert _receive(regions[HERE]("sqs"), urls[HERE]) == []
    assert _logged(regions[HERE], unique) == []
    assert [line["region"] for line in _logged(regions[THERE], unique)] == [THERE]


def test_a_role_may_do_what_it_may_in_the_region_that_its_policy_names(regions: dict[str, Client], unique: str) -> None:
    iam = regions[HERE]("iam")
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})]}
    table = f"arn:aws:dynamodb:{THERE}:{ACCOUNT}:table/{unique}"
    rights = {"Statement": [allow("logs:*", "*"), allow("dynamodb:PutItem", table)]}
    iam.create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName=unique, PolicyName="p", PolicyDocument=json.dumps(rights))
    answers = {}
    for region, client in regions.items():
        _make_table(client("dynamodb"), unique, region)
        _make_function(client("lambda"), unique, region, WRITER, unique)
        call = {"FunctionName": unique, "Payload": json.dumps({"name": unique})}
        answers[region] = [json.loads(client("lambda").invoke(**call)["Payload"].read()) for _ in range(2)]
    assert answers == {HERE: ["AccessDeniedException"] * 2, THERE: ["written"] * 2}
    items = {region: client("dynamodb").scan(TableName=unique)["Items"] for region, client in regions.items()}
    assert items == {HERE: [], THERE: [{"id": {"S": THERE}}]}


def test_addresses_of_objects_are_signed_for_a_region(regions: dict[str, Client], unique: str) -> None:
    iam = regions[HERE]("iam")
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})]}
    role = iam.create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    rights = {"Statement": [allow("s3:*", "*")]}
    iam.put_role_policy(RoleName=unique, PolicyName="p", PolicyDocument=json.dumps(rights))
    given = regions[HERE]("sts").assume_role(RoleArn=role, RoleSessionName="somebody")["Credentials"]
    for region, client in regions.items():
        bucket = f"{unique}-{region}"
        place = {} if region == THERE else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        client("s3").create_bucket(Bucket=bucket, **place)
        found = client("s3").get_bucket_location(Bucket=bucket)["LocationConstraint"]
        assert found == (None if region == THERE else region)
        signer = session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region=region).client(
            "s3", endpoint_url=client("s3").meta.endpoint_url, config=Config(signature_version="s3v4")
        )
        put = signer.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "k"})
        assert f"%2F{region}%2Fs3%2F" in put
        assert urllib3.request("PUT", put, body=region.encode()).status == 200
        get = signer.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
        assert urllib3.request("GET", get).data == region.encode()
        assert urllib3.request("GET", get.replace(f"%2F{region}%2F", "%2Feu-west-1%2F")).status == 403


def _api(client: Client, name: str) -> tuple[str, str]:
    """An API with a method that asks for a key, in front of the function; returns its id and the key's value."""
    gateway, region = client("apigateway"), client("apigateway").meta.region_name
    api = gateway.create_rest_api(name=name)["id"]
    method = {
        "restApiId": api,
        "resourceId": gateway.get_resources(restApiId=api)["items"][0]["id"],
        "httpMethod": "GET",
    }
    gateway.put_method(**method, authorizationType="NONE", apiKeyRequired=True)
    function = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}"
    uri = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations"
    gateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api, stageName="test")
    client("lambda").add_permission(
        FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    plan = gateway.create_usage_plan(name=name, apiStages=[{"apiId": api, "stage": "test"}])["id"]
    key = gateway.create_api_key(name=name, enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    return api, key["value"]


def test_an_api_has_the_functions_and_the_keys_of_its_region(
    running_emulator: Emulator, regions: dict[str, Client], unique: str, role: str
) -> None:
    found = {}
    for region, client in regions.items():
        _make_function(client("lambda"), unique, region)
        found[region] = _api(client, unique)
    for api_region, key_region in itertools.product(REGIONS, REGIONS):
        api, key = found[api_region][0], found[key_region][1]
        url = f"{running_emulator.endpoint}/_aws/execute-api/{api}/test/"
        answer = urllib3.request("GET", url, headers={"x-api-key": key})
        expected = (200, api_region.encode()) if api_region == key_region else (403, b'{"message":"Forbidden"}')
        assert (answer.status, answer.data) == expected


def test_tools_are_led_to_the_region_that_is_asked_for(running_emulator: Emulator) -> None:
    found = environment(running_emulator, THERE)
    assert (found["AWS_REGION"], found["AWS_DEFAULT_REGION"]) == (THERE, THERE)
    assert stage_of(running_emulator, "realtime", "dev").client("sts").meta.region_name == system_of("realtime").region
