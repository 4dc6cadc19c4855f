"""What nobody declared is named: by the resource that it is hung on, or as one that is not managed."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from benchmarks.calls_by_hand import Caller
from hallmark import yaml_lines
from hallmark.observe.comparison import compare
from hallmark.project import ROOT
from hallmark.stage import Stage
from tests.integration.observe.changes.names import SYSTEM

pytestmark = pytest.mark.embedded
TABLE: dict[str, Any] = yaml_lines.read(ROOT / "tests" / "integration" / SYSTEM / "changes_by_hand.yaml")
# Change -> the type, and how the path begins; without a path it is a resource of its own.
NAMED = {
    "a topic tells somebody by mail": ("AWS::SNS::Subscription", ""),
    "a topic tells a web address": ("AWS::SNS::Subscription", ""),
    "a table's policy lets everybody in": ("AWS::DynamoDB::Table", "ResourcePolicy"),
    "a table is copied into a Kinesis stream": ("AWS::DynamoDB::Table", "KinesisStreamSpecification"),
    "a bucket is copied elsewhere": ("AWS::S3::Bucket", "ReplicationConfiguration"),
    "a bucket tells EventBridge": ("AWS::S3::Bucket", "NotificationConfiguration"),
    "other sites may read a bucket": ("AWS::S3::Bucket", "CorsConfiguration"),
    "a bucket writes access logs": ("AWS::S3::Bucket", "LoggingConfiguration"),
    "a bucket's objects are listed elsewhere": ("AWS::S3::Bucket", "InventoryConfigurations"),
    "whoever reads a bucket pays": ("AWS::S3::Bucket", "RequestPaymentConfiguration"),
    "a log group's lines go to a function": ("AWS::Logs::SubscriptionFilter", ""),
    "a policy lets everybody write logs": ("AWS::Logs::ResourcePolicy", ""),
    "a canary takes half of the traffic": ("AWS::ApiGateway::Stage", "CanarySetting"),
    "the account logs with another role": ("AWS::ApiGateway::Account", "CloudWatchRoleArn"),
    "a stack may no longer be deleted": ("AWS::CloudFormation::Stack", "EnableTerminationProtection"),
    "a usage plan loses a tag": ("AWS::ApiGateway::UsagePlan", "Tags.system"),
    "a queue gets another tag": ("AWS::SQS::Queue", "Tags.owner"),
    "a user of nobody may use a table": ("AWS::IAM::User", ""),
    "a role of nobody may use every table": ("AWS::IAM::Role", ""),
    "a pipe drains a queue": ("AWS::Pipes::Pipe", ""),
    "a schedule fills a queue": ("AWS::Scheduler::Schedule", ""),
    "a rule of the default bus calls a function": ("AWS::Events::Rule", ""),
    "a domain name leads to the API": ("AWS::ApiGateway::BasePathMapping", ""),
}


@pytest.fixture(scope="module")
def places(breakable: Stage) -> Iterator[set[tuple[str, str]]]:
    """The type and path of every difference while all of these changes are made."""
    rows = {row["name"]: row for row in TABLE["changes"]}
    with ExitStack() as made:
        for name in NAMED:
            made.enter_context(Caller(breakable, TABLE).made(rows[name]))
        found = {(one.difference.type, one.difference.path) for one in compare(breakable).differences}
    yield found


@pytest.mark.parametrize("name", NAMED)
def test_it_is_named(places: set[tuple[str, str]], name: str) -> None:
    kind, path = NAMED[name]
    assert any(found == kind and (place.startswith(path) if path else place == "") for found, place in places)


def test_nothing_of_it_is_left(places: set[tuple[str, str]], breakable: Stage) -> None:
    assert [one.difference for one in compare(breakable).differences] == []
