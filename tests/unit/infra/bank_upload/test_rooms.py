"""Bucket, tables and API of bank_upload."""

import json

import pytest


def only(template, kind):
    (props,) = template.properties(kind)
    return props


def test_the_bucket_keeps_files_and_tells_the_default_bus_of_them_by_itself(template):
    bucket = only(template, "AWS::S3::Bucket")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert bucket["LifecycleConfiguration"]["Rules"] == [
        {
            "Id": "tidy",
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
            "ExpiredObjectDeleteMarker": True,
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    ]


def test_the_bucket_is_private_over_tls_and_under_the_aws_managed_key(template):
    bucket = only(template, "AWS::S3::Bucket")
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms"}
    tls, *denials = only(template, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert (tls["Effect"], tls["Action"]) == ("Deny", "s3:*")
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {one["Effect"] for one in denials} == {"Deny"}


TABLES = {
    "processing-status": (
        {"uploadId": "HASH", "part": "RANGE"},
        {"bank-time": {"bank": "HASH", "receivedAt": "RANGE"}, "open-time": {"open": "HASH", "receivedAt": "RANGE"}},
    ),
    "transactions": (
        {"transactionKey": "HASH"},
        {"bank-day-time": {"bankDay": "HASH", "timestamp": "RANGE"}},
    ),
}


def keys(schema):
    return {key["AttributeName"]: key["KeyType"] for key in schema}


@pytest.mark.parametrize("purpose", TABLES)
def test_a_table_has_its_keys_its_indexes_by_time_and_is_recoverable(template, purpose):
    table = template.named("AWS::DynamoDB::Table", f"dynamodb-bank-upload-{purpose}", "TableName")
    own, indexes = TABLES[purpose]
    assert keys(table["KeySchema"]) == own
    assert {one["IndexName"]: keys(one["KeySchema"]) for one in table["GlobalSecondaryIndexes"]} == indexes
    assert {one["Projection"]["ProjectionType"] for one in table["GlobalSecondaryIndexes"]} == {"ALL"}
    assert {one["AttributeType"] for one in table["AttributeDefinitions"]} == {"S"}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert "StreamSpecification" not in table


def test_only_files_are_posted_and_validation_answers(template):
    (part,) = template.properties("AWS::ApiGateway::Resource")
    assert part["PathPart"] == "upload"
    method = only(template, "AWS::ApiGateway::Method")
    function = template.arn("lambda", f"function:{template.name('lambda-bank-upload-validation')}")
    assert (method["HttpMethod"], method["ApiKeyRequired"]) == ("POST", True)
    assert method["Integration"]["Uri"].endswith(f"/functions/{function}/invocations")
    answers = {one["StatusCode"] for one in method["MethodResponses"]}
    assert answers == {"202", "400", "403", "413", "415", "422", "429", "503"}


def test_the_gateway_asks_for_the_headers_and_refuses_what_is_no_form(template):
    method = only(template, "AWS::ApiGateway::Method")
    headers = {f"method.request.header.{name}": True for name in ("Content-Type", "X-Report-Date")}
    assert method["RequestParameters"] == headers
    ((model, resource),) = template.of_type("AWS::ApiGateway::Model").items()
    types = ("application/json", "text/csv", "application/x-www-form-urlencoded", "application/octet-stream")
    # A model of multipart/form-data, or of $default, would refuse every form: the body is judged as JSON.
    assert method["RequestModels"] == dict.fromkeys(types, f"${{{model}}}")
    assert resource["Properties"]["Name"].isalnum()
    assert resource["Properties"]["Schema"]["not"] == {}
    validator = only(template, "AWS::ApiGateway::RequestValidator")
    assert validator["ValidateRequestBody"] is validator["ValidateRequestParameters"] is True


def test_forms_reach_the_function_byte_by_byte(template):
    assert only(template, "AWS::ApiGateway::RestApi")["BinaryMediaTypes"] == ["multipart/form-data"]


RESPONSES = {
    "BAD_REQUEST_PARAMETERS": "400",
    "BAD_REQUEST_BODY": "400",
    "INTEGRATION_FAILURE": "503",
    "INTEGRATION_TIMEOUT": "503",
}


def test_refusals_have_the_apis_form(template):
    responses = {one["ResponseType"]: one for one in template.properties("AWS::ApiGateway::GatewayResponse")}
    assert set(responses) == {*RESPONSES, "DEFAULT_4XX", "DEFAULT_5XX"}
    for kind, status in RESPONSES.items():
        assert responses[kind]["StatusCode"] == status
        assert set(json.loads(responses[kind]["ResponseTemplates"]["application/json"])) == {"message", "errors"}


def test_every_banks_key_is_on_the_one_plan(template, banks):
    (plan,) = template.of_type("AWS::ApiGateway::UsagePlan")
    links = template.properties("AWS::ApiGateway::UsagePlanKey")
    assert {link["UsagePlanId"] for link in links} == {f"${{{plan}}}"}
    assert sorted(link["KeyId"] for link in links) == sorted(
        f"${{{key}}}" for key in template.of_type("AWS::ApiGateway::ApiKey")
    )
    assert len(links) == len(banks) >= 10
    props = only(template, "AWS::ApiGateway::UsagePlan")
    assert props["Quota"] == {"Limit": 1000, "Period": "DAY"}
    assert props["Throttle"]["RateLimit"] and props["Throttle"]["BurstLimit"]


LOGGED = {
    *("requestId", "requestTime", "identity.apiKeyId", "identity.sourceIp", "httpMethod", "resourcePath", "status"),
    *("error.responseType", "responseLength", "responseLatency", "integrationLatency", "xrayTraceId"),
}


def test_the_apis_stage_traces_and_logs_without_bodies_and_keys(template):
    stage = only(template, "AWS::ApiGateway::Stage")
    assert stage["TracingEnabled"] is True
    logged = json.loads(stage["AccessLogSetting"]["Format"]).values()
    assert {f"$context.{name}" for name in LOGGED} == set(logged)
    assert "MethodSettings" not in stage
