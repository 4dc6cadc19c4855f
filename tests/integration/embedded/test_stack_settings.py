"""Properties that the emulator's CloudFormation would drop are there after a deployment."""

from typing import Any

import pytest
from botocore.exceptions import ClientError


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


@pytest.mark.control("RT_BUCKET_TIERING")
def test_buckets_keep_intelligent_tiering_and_the_smallest_size(client: Any, unique: str, stack: Any) -> None:
    tiering = {"Id": "archive", "Status": "Enabled", "Tierings": [{"AccessTier": "ARCHIVE_ACCESS", "Days": 90}]}
    transitions = [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0}]
    lifecycle = {
        "Rules": [{"Id": "tier", "Status": "Enabled", "Transitions": transitions}],
        "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
    }
    properties = {
        "BucketName": unique,
        "IntelligentTieringConfigurations": [tiering],
        "LifecycleConfiguration": lifecycle,
    }
    stack({"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}})
    s3 = client("s3")

    def listed() -> list[dict[str, Any]]:
        found = s3.list_bucket_intelligent_tiering_configurations(Bucket=unique)
        assert found["IsTruncated"] is False
        return list(found.get("IntelligentTieringConfigurationList", []))

    assert [{key: one[key] for key in tiering} for one in listed()] == [tiering]
    kept = s3.get_bucket_lifecycle_configuration(Bucket=unique)
    assert kept["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"

    # Set again without a size, a lifecycle leaves out what is below 128 KB.
    s3.put_bucket_lifecycle_configuration(Bucket=unique, LifecycleConfiguration={"Rules": kept["Rules"]})
    kept = s3.get_bucket_lifecycle_configuration(Bucket=unique)
    assert kept["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"

    by = {"Bucket": unique, "Id": "archive"}
    s3.put_bucket_intelligent_tiering_configuration(
        **by, IntelligentTieringConfiguration={**tiering, "Status": "Disabled"}
    )
    assert s3.get_bucket_intelligent_tiering_configuration(**by)["IntelligentTieringConfiguration"]["Status"] == (
        "Disabled"
    )
    s3.delete_bucket_intelligent_tiering_configuration(**by)
    assert listed() == []
    with pytest.raises(ClientError) as refused:
        s3.get_bucket_intelligent_tiering_configuration(**by)
    assert refused.value.response["Error"]["Code"] == "NoSuchConfiguration"


@pytest.mark.control("RT_ALARM_DLQ")
def test_topics_keep_their_key(client: Any, unique: str, stack: Any) -> None:
    properties = {"TopicName": unique, "KmsMasterKeyId": "alias/aws/sns"}
    ids = stack({"Topic": {"Type": "AWS::SNS::Topic", "Properties": properties}})
    attributes = client("sns").get_topic_attributes(TopicArn=ids["Topic"])["Attributes"]
    assert attributes["KmsMasterKeyId"] == "alias/aws/sns"
    assert not attributes.get("DisplayName")


@pytest.mark.control("RT_API_KEY")
@pytest.mark.parametrize(
    ("properties", "kinds", "source"),
    [
        ({}, ["EDGE"], "HEADER"),
        (
            {"EndpointConfiguration": {"Types": ["REGIONAL"]}, "ApiKeySourceType": "AUTHORIZER"},
            ["REGIONAL"],
            "AUTHORIZER",
        ),
    ],
)
def test_apis_keep_their_endpoint_and_where_the_key_comes_from(
    client: Any, unique: str, stack: Any, properties: dict[str, Any], kinds: list[str], source: str
) -> None:
    ids = stack({"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": unique, **properties}}})
    api = client("apigateway").get_rest_api(restApiId=ids["Api"])
    assert (api["endpointConfiguration"]["types"], api["apiKeySource"]) == (kinds, source)


@pytest.mark.control("RT_ALARM_API")
def test_an_alarm_on_a_percentile_has_no_other_statistic(client: Any, unique: str, stack: Any) -> None:
    properties = {
        "AlarmName": unique,
        "Namespace": "AWS/ApiGateway",
        "MetricName": "Latency",
        "ExtendedStatistic": "p99",
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 1000,
        "Period": 60,
        "EvaluationPeriods": 1,
    }
    stack({"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}})
    client("cloudwatch").put_metric_alarm(**{**properties, "AlarmName": f"{unique}-api"})
    for name in (unique, f"{unique}-api"):
        (alarm,) = client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
        assert (alarm["ExtendedStatistic"], alarm.get("Statistic")) == ("p99", None)
