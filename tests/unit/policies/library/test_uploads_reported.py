"""What is wrong with a stream's reader, a notification or a topic is named with its place, also in a wrong form."""

from typing import Any

import pytest

from hallmark import policies
from policies.engine.finding import UNRESOLVED
from tests.unit.policies.edited import Edited

MAPPING, BUCKET = "AWS::Lambda::EventSourceMapping", "AWS::S3::Bucket"
FORMS: list[Any] = [None, [], {}, "x", 1, [None], [[]], {"Fn::ImportValue": "x"}, {"Fn::If": ["C", [], {}]}]
ENTRY = "NotificationConfiguration.LambdaConfigurations[0]"


@pytest.fixture
def uploads() -> Edited:
    return Edited("dev", "merchant_upload")


def _told(edited: Edited, control: str) -> list[Any]:
    template = policies.template_of({**edited.document, "Resources": edited.resources}, "merchant_upload")
    return policies.load("merchant_upload")[control].findings(template)


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("MaximumRetryAttempts", None, "-1, AWS's default: for a day"),
        ("MaximumRecordAgeInSeconds", 300, "300"),
        ("ParallelizationFactor", 3, "3 x 4 shards, ReservedConcurrentExecutions 10"),
        ("StartingPosition", "LATEST", "LATEST"),
        ("EventSourceArn", {"Fn::ImportValue": "stream"}, UNRESOLVED),
        ("FunctionResponseTypes", None, "none"),
    ],
)
def test_a_readers_fault_is_named_with_its_place_and_fix(uploads: Edited, path: str, value: Any, found: str) -> None:
    mapping = uploads.find(MAPPING)
    mapping.pop(path)
    mapping.update({path: value} if value is not None else {})
    (only,) = _told(uploads, "MU_STREAM_SAFE")
    assert (only.resource, only.path, only.found) == (uploads.name(MAPPING), path, found)
    assert only.fix == (
        "Restore the mapping's settings (infra/constructs/stream_mapping.py, infra/merchant_upload/functions.py)."
    )


def test_a_permission_that_may_come_later_is_named(uploads: Edited) -> None:
    del uploads.resources[uploads.name(BUCKET)]["DependsOn"]
    (only,) = _told(uploads, "MU_BUCKET_EVENTS")
    permission = uploads.name("AWS::Lambda::Permission", lambda raw: raw["Properties"]["Principal"].startswith("s3"))
    assert (only.path, only.wanted) == ("DependsOn", permission)


def test_a_second_reader_is_named_for_what_it_is(uploads: Edited) -> None:
    own = uploads.find(MAPPING)
    uploads.resources["Again"] = {"Type": MAPPING, "Properties": {**own, "FunctionName": "another"}}
    (only,) = _told(uploads, "MU_STREAM_SAFE")
    assert (only.resource, only.found) == ("Again", "the stream of transactions")


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize(
    ("control", "kind", "steps"),
    [
        ("MU_BUCKET_EVENTS", BUCKET, ["NotificationConfiguration"]),
        ("MU_BUCKET_EVENTS", BUCKET, ["NotificationConfiguration", "LambdaConfigurations", 0]),
        ("MU_BUCKET_EVENTS", BUCKET, ["NotificationConfiguration", "LambdaConfigurations", 0, "Filter"]),
        (
            "MU_BUCKET_EVENTS",
            BUCKET,
            ["NotificationConfiguration", "LambdaConfigurations", 0, "Filter", "S3Key", "Rules", 0, "Value"],
        ),
        ("MU_STREAM_SAFE", MAPPING, ["FilterCriteria"]),
        ("MU_STREAM_SAFE", MAPPING, ["FilterCriteria", "Filters", 0]),
        ("MU_STREAM_SAFE", MAPPING, ["DestinationConfig"]),
        ("MU_TABLE_KEYS", "AWS::DynamoDB::Table", ["GlobalSecondaryIndexes", 0, "IndexName"]),
        ("MU_TABLE_KEYS", "AWS::DynamoDB::Table", ["GlobalSecondaryIndexes", 0, "Projection"]),
        ("MU_ALERT", "AWS::SNS::Subscription", ["Endpoint"]),
    ],
)
def test_a_wrong_form_is_a_finding(uploads: Edited, control: str, kind: str, steps: list[str | int], form: Any) -> None:
    here: Any = uploads.find(kind)
    for step in steps[:-1]:
        here = here[step]
    here[steps[-1]] = form
    found = _told(uploads, control)
    assert found
    assert not [one for one in found if "could not judge" in one.found]
