"""Properties that the emulator's CloudFormation would drop are there after a deployment."""

from typing import Any

import pytest


@pytest.mark.control("RT_TABLE_ONDEMAND")
def test_tables_keep_point_in_time_recovery_and_time_to_live(client: Any, unique: str, stack: Any) -> None:
    properties = {
        "TableName": unique,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
    }
    stack({"Table": {"Type": "AWS::DynamoDB::Table", "Properties": properties}})
    backups = client("dynamodb").describe_continuous_backups(TableName=unique)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    time_to_live = client("dynamodb").describe_time_to_live(TableName=unique)["TimeToLiveDescription"]
    assert time_to_live == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}


@pytest.mark.control("RT_BUCKET_ENCRYPTED", "RT_BUCKET_TIERING")
def test_buckets_keep_encryption_and_lifecycle_and_take_uploads_under_the_managed_key(
    client: Any, unique: str, stack: Any
) -> None:
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    transitions = [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0}]
    properties = {
        "BucketName": unique,
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
        "LifecycleConfiguration": {"Rules": [{"Id": "tier", "Status": "Enabled", "Transitions": transitions}]},
    }
    stack({"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}})
    s3 = client("s3")
    (rule,) = s3.get_bucket_encryption(Bucket=unique)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms"}
    assert rule["BucketKeyEnabled"] is True
    (tier,) = s3.get_bucket_lifecycle_configuration(Bucket=unique)["Rules"]
    assert tier["Transitions"] == [{"StorageClass": "INTELLIGENT_TIERING", "Days": 0}]
    s3.put_object(Bucket=unique, Key="k", Body=b"x", ServerSideEncryption="aws:kms", StorageClass="INTELLIGENT_TIERING")
    head = s3.head_object(Bucket=unique, Key="k")
    assert (head["ServerSideEncryption"], head["StorageClass"]) == ("aws:kms", "INTELLIGENT_TIERING")


@pytest.mark.control("RT_FN_RESERVED")
def test_functions_keep_reserved_concurrency(client: Any, unique: str, stack: Any) -> None:
    properties = {
        "FunctionName": unique,
        "Runtime": "nodejs18.x",
        "Handler": "index.handler",
        "Role": "arn:aws:iam::000000000000:role/test",
        "Code": {"ZipFile": "exports.handler = async () => 1;"},
        "ReservedConcurrentExecutions": 3,
    }
    stack({"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}})
    concurrency = client("lambda").get_function_concurrency(FunctionName=unique)
    assert concurrency["ReservedConcurrentExecutions"] == 3
