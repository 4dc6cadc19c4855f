"""Bucket, table, function and API of merchant_upload."""

import json
from pathlib import Path

SCHEMA = json.loads((Path(__file__).resolve().parents[4] / "infra/merchant_upload/upload.schema.json").read_text())
FUNCTION = "lambda-merchant-upload-api-handler"


def only(template, kind):
    (props,) = template.properties(kind)
    return props


def test_the_bucket_is_versioned_and_archives_after_90_days(template):
    bucket = only(template, "AWS::S3::Bucket")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["LifecycleConfiguration"] == {
        "Rules": [
            {
                "Id": "archive",
                "Status": "Enabled",
                "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}],
                "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
                "ExpiredObjectDeleteMarker": True,
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            }
        ],
        "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
    }
    assert "IntelligentTieringConfigurations" not in bucket


def test_the_bucket_is_private_over_tls_and_under_the_aws_managed_key(template):
    bucket = only(template, "AWS::S3::Bucket")
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms"}
    tls, *denials = only(template, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert (tls["Effect"], tls["Action"]) == ("Deny", "s3:*")
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert [(one["Sid"], one["Effect"]) for one in denials] == [
        ("EncryptionHeaderMissing", "Deny"),
        ("EncryptionOtherThanKms", "Deny"),
        ("CustomerKey", "Deny"),
    ]


def test_the_table_has_its_keys_its_stream_and_is_recoverable(template):
    table = only(template, "AWS::DynamoDB::Table")
    assert table["KeySchema"] == [
        {"AttributeName": "transaction_id", "KeyType": "HASH"},
        {"AttributeName": "timestamp", "KeyType": "RANGE"},
    ]
    assert table["AttributeDefinitions"] == [
        {"AttributeName": "transaction_id", "AttributeType": "S"},
        {"AttributeName": "timestamp", "AttributeType": "N"},
    ]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_function_is_set_up_as_the_customer_wants(template):
    function = only(template, "AWS::Lambda::Function")
    keys = {props["Name"]: f"${{{key}}}" for key, props in _keys(template)}
    variables = function["Environment"]["Variables"]
    assert json.loads(variables.pop("MERCHANTS")) == {
        merchant: keys[template.name(f"key-merchant-upload-{merchant}")]
        for merchant in ("corner-shop", "garden-market")
    }
    assert variables == {
        "STAGE": template.stage,
        "FILES_BUCKET": template.name("s3-merchant-upload-files-123456789012"),
        "TRANSACTIONS_TABLE": template.name("dynamodb-merchant-upload-transactions"),
    }
    wanted = {
        "Runtime": "python3.9",
        "Architectures": ["arm64"],
        "Handler": "merchant_upload.api_handler.index.handler",
        "MemorySize": 512,
        "Timeout": 10,
        "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {"LogGroup": f"/aws/lambda/{template.name(FUNCTION)}"},
        "ReservedConcurrentExecutions": 10,
    }
    assert {key: function[key] for key in wanted} == wanted
    assert {group["RetentionInDays"] for group in template.properties("AWS::Logs::LogGroup")} == {7}


def test_the_function_may_do_exactly_this(template):
    role = only(template, "AWS::IAM::Role")
    assert "ManagedPolicyArns" not in role
    (policy,) = role["Policies"]
    group = template.arn("logs", f"log-group:/aws/lambda/{template.name(FUNCTION)}:*")
    objects = f"arn:aws:s3:::{template.name('s3-merchant-upload-files-123456789012')}/uploads/*"
    table = template.arn("dynamodb", f"table/{template.name('dynamodb-merchant-upload-transactions')}")
    allowed = [
        ("OwnLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], group),
        ("Traces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"),
        ("SignUploads", "s3:PutObject", objects),
        ("RecordUpload", "dynamodb:PutItem", table),
    ]
    secure = {"SignUploads": {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}}
    assert policy["PolicyDocument"]["Statement"] == [
        {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource, **secure.get(sid, {})}
        for sid, action, resource in allowed
    ]


def test_the_one_route_is_keyed_and_validated(template):
    assert [props["PathPart"] for props in template.properties("AWS::ApiGateway::Resource")] == ["upload"]
    method = only(template, "AWS::ApiGateway::Method")
    assert (method["HttpMethod"], method["ApiKeyRequired"]) == ("POST", True)
    (model,) = template.of_type("AWS::ApiGateway::Model")
    assert method["RequestModels"] == {"$default": f"${{{model}}}"}
    assert only(template, "AWS::ApiGateway::Model")["Schema"] == SCHEMA
    assert only(template, "AWS::ApiGateway::RequestValidator")["ValidateRequestBody"] is True
    function = template.arn("lambda", f"function:{template.name(FUNCTION)}")
    assert method["Integration"]["Uri"].endswith(f"/functions/{function}/invocations")


def test_every_merchants_key_is_on_the_one_plan(template):
    (plan,) = template.of_type("AWS::ApiGateway::UsagePlan")
    links = template.properties("AWS::ApiGateway::UsagePlanKey")
    assert {link["UsagePlanId"] for link in links} == {f"${{{plan}}}"}
    assert sorted(link["KeyId"] for link in links) == sorted(f"${{{key}}}" for key, _ in _keys(template))
    props = only(template, "AWS::ApiGateway::UsagePlan")
    assert props["Throttle"]["RateLimit"] and props["Quota"]["Limit"]


def test_the_apis_stage_traces_and_logs_without_bodies_and_keys(template):
    stage = only(template, "AWS::ApiGateway::Stage")
    assert stage["TracingEnabled"] is True
    logged = json.loads(stage["AccessLogSetting"]["Format"]).values()
    assert "$context.identity.apiKeyId" in logged
    assert not {"$context.identity.apiKey", "$input.body"} & set(logged)
    assert "MethodSettings" not in stage


def _keys(template):
    return [(key, item["Properties"]) for key, item in template.of_type("AWS::ApiGateway::ApiKey").items()]
