"""Changes to buckets and tables."""

import json
from collections.abc import Iterator
from typing import Any

from hallmark.stage import Stage
from tests.integration.observe.changes.names import BUCKET, TABLE, own_tags
from tests.integration.observe.changes.table import by_hand

Json = dict[str, Any]


def _bucket_policy(stage: Stage) -> Json:
    policy: Json = json.loads(stage.client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"])
    return policy


@by_hand("StorageprocessedPolicy", "PolicyDocument.Statement[Deny s3:*]", "RT_BUCKET_TLS")
def the_bucket_takes_plain_http(stage: Stage) -> Iterator[None]:
    before = _bucket_policy(stage)
    kept = [one for one in before["Statement"] if one["Action"] != "s3:*"]
    stage.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({**before, "Statement": kept}))
    yield
    stage.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(before))


@by_hand("Storageprocessed", "PublicAccessBlockConfiguration", "RT_BUCKET_PRIVATE")
def the_bucket_may_be_public(stage: Stage) -> Iterator[None]:
    s3 = stage.client("s3")
    before = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    s3.delete_public_access_block(Bucket=BUCKET)
    yield
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=before)


@by_hand("Storageprocessed", "IntelligentTieringConfigurations[archive]", "RT_BUCKET_TIERING")
def the_bucket_no_longer_archives(stage: Stage) -> Iterator[None]:
    s3, by = stage.client("s3"), {"Bucket": BUCKET, "Id": "archive"}
    before = s3.get_bucket_intelligent_tiering_configuration(**by)["IntelligentTieringConfiguration"]
    s3.delete_bucket_intelligent_tiering_configuration(**by)
    yield
    s3.put_bucket_intelligent_tiering_configuration(**by, IntelligentTieringConfiguration=before)


@by_hand("Storageprocessed", "BucketEncryption", "RT_BUCKET_ENCRYPTED")
def the_bucket_encrypts_otherwise(stage: Stage) -> Iterator[None]:
    s3 = stage.client("s3")
    before = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]
    other = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=other)
    yield
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=before)


def _recovery(stage: Stage, enabled: bool) -> None:
    stage.client("dynamodb").update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
    )


@by_hand("Storagerules", "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", "RT_TABLE_ONDEMAND")
def a_table_cannot_be_recovered(stage: Stage) -> Iterator[None]:
    _recovery(stage, False)
    yield
    _recovery(stage, True)


@by_hand("Storagerules", "", "RT_TABLE_ONDEMAND")
def a_table_is_provisioned(stage: Stage) -> Iterator[None]:
    capacity = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    dynamodb = stage.client("dynamodb")
    dynamodb.update_table(TableName=TABLE, BillingMode="PROVISIONED", ProvisionedThroughput=capacity)
    yield
    dynamodb.update_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST")


@by_hand("Storagerules", "", "RT_TABLE_KEYS", "RT_RULE_FIVE")
def a_table_is_made_again_with_another_key(stage: Stage) -> Iterator[None]:
    dynamodb = stage.client("dynamodb")
    arn = dynamodb.describe_table(TableName=TABLE)["Table"]["TableArn"]
    tags = dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]
    rows = dynamodb.scan(TableName=TABLE, ConsistentRead=True)["Items"]
    _make_table(stage, [("ruleId", "HASH", "S")], tags)
    yield
    _make_table(stage, [("ruleId", "HASH", "S"), ("version", "RANGE", "N")], tags)
    for row in rows:
        dynamodb.put_item(TableName=TABLE, Item=row)


def _make_table(stage: Stage, keys: list[tuple[str, str, str]], tags: list[Json]) -> None:
    dynamodb = stage.client("dynamodb")
    dynamodb.delete_table(TableName=TABLE)
    dynamodb.get_waiter("table_not_exists").wait(TableName=TABLE)
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind, _ in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, _, kind in keys],
        SSESpecification={"Enabled": True},
        Tags=own_tags(tags),
    )
    dynamodb.get_waiter("table_exists").wait(TableName=TABLE)
    _recovery(stage, True)
