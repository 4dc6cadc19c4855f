"""`hallmark down` leaves nothing of a stage: files with all their versions, records, keys and logs go with it."""

from collections.abc import Callable, Iterator

import pytest
import urllib3

from hallmark import deploy
from hallmark.stage import Stage, embedded
from hallmark.stage.embedded import stage_of
from hallmark.stage.embedded.emulator import Emulator
from infra.merchant_upload.outputs import Output
from tests.support.command import Command

SYSTEM, OTHER = "merchant_upload", "prod"


def left(stage: Stage) -> dict[str, list[str]]:
    """Everything in the account whose name is that of a resource of the stage, by kind."""
    calls: dict[str, tuple[str, str, str, str]] = {
        "buckets": ("s3", "list_buckets", "Buckets", "Name"),
        "tables": ("dynamodb", "list_tables", "TableNames", ""),
        "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
        "roles": ("iam", "list_roles", "Roles", "RoleName"),
        "log groups": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
        "APIs": ("apigateway", "get_rest_apis", "items", "name"),
        "keys": ("apigateway", "get_api_keys", "items", "name"),
        "plans": ("apigateway", "get_usage_plans", "items", "name"),
        "queues": ("sqs", "list_queues", "QueueUrls", ""),
        "topics": ("sns", "list_topics", "Topics", "TopicArn"),
        "subscriptions": ("sns", "list_subscriptions", "Subscriptions", "TopicArn"),
        "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        "mappings": ("lambda", "list_event_source_mappings", "EventSourceMappings", "FunctionArn"),
    }
    found = {}
    for kind, (service, operation, listed, field) in calls.items():
        items = getattr(stage.client(service), operation)().get(listed, [])
        names = [item[field] if field else item for item in items]
        found[kind] = [name for name in names if "merchant-upload" in name and name.endswith(f"-{stage.name}")]
    return found


@pytest.fixture
def prod(running_emulator: Emulator, stage: Stage) -> Iterator[Stage]:
    """`prod`, beside the stage that the other tests share."""
    deploy.deploy(SYSTEM, OTHER, embedded.environment(running_emulator, stage.region))
    yield stage_of(running_emulator, SYSTEM, OTHER)


@pytest.mark.control("MU_DESTROYABLE")
def test_down_leaves_nothing_of_a_stage_and_all_of_the_other(
    prod: Stage, stage: Stage, merchant: Callable[..., object], hallmark: Command
) -> None:
    bucket, s3 = prod.outputs[Output.FILES_BUCKET], prod.client("s3")
    for content in (b"1", b"2"):
        s3.put_object(Bucket=bucket, Key="uploads/a.csv", Body=content, ServerSideEncryption="aws:kms")
    s3.delete_object(Bucket=bucket, Key="uploads/a.csv")
    address = prod.api_address(prod.outputs[Output.API_ID])
    assert urllib3.request("POST", f"{address}/upload", body="{}").status == 403
    assert all(left(prod).values())
    before = left(stage)
    done = hallmark("down", "--system", SYSTEM, "--target", "aws", "--stage", OTHER, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not any(left(prod).values()), left(prod)
    assert left(stage) == before
