"""Bucket, table and API of merchant_upload."""

import json
from pathlib import Path

from tests.support.templates import ACCOUNT

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
        {"AttributeName": "cardKey", "AttributeType": "S"},
    ]
    assert table["GlobalSecondaryIndexes"] == [
        {
            "IndexName": "card-index",
            "KeySchema": [
                {"AttributeName": "cardKey", "KeyType": "HASH"},
                {"AttributeName": "timestamp", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_bucket_notifies_validation_of_uploaded_files_only(template):
    function = template.arn("lambda", f"function:{template.name('lambda-merchant-upload-validation')}")
    rules = [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".csv"}]
    assert only(template, "AWS::S3::Bucket")["NotificationConfiguration"] == {
        "LambdaConfigurations": [
            {"Event": "s3:ObjectCreated:*", "Function": function, "Filter": {"S3Key": {"Rules": rules}}}
        ]
    }


def test_s3_may_call_validation_before_the_bucket_asks_whether_it_may(template):
    (name,) = (
        name
        for name, one in template.of_type("AWS::Lambda::Permission").items()
        if one["Properties"]["Principal"] == "s3.amazonaws.com"
    )
    assert template.of_type("AWS::Lambda::Permission")[name]["Properties"] == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": template.arn("lambda", f"function:{template.name('lambda-merchant-upload-validation')}"),
        "Principal": "s3.amazonaws.com",
        "SourceAccount": ACCOUNT,
        "SourceArn": f"arn:aws:s3:::{template.name(f's3-merchant-upload-files-{ACCOUNT}')}",
    }
    (bucket,) = template.of_type("AWS::S3::Bucket").values()
    assert bucket["DependsOn"] == [name]


def test_a_form_is_posted_and_a_status_is_read(template):
    parts = template.of_type("AWS::ApiGateway::Resource")
    assert {one["Properties"]["PathPart"] for one in parts.values()} == {"upload", "status", "{transaction_id}"}
    methods = {one["HttpMethod"]: one for one in template.properties("AWS::ApiGateway::Method")}
    assert set(methods) == {"POST", "GET"}
    function = template.arn("lambda", f"function:{template.name(FUNCTION)}")
    for method in methods.values():
        assert method["ApiKeyRequired"] is True
        assert method["Integration"]["Uri"].endswith(f"/functions/{function}/invocations")
    answers = {name: {one["StatusCode"] for one in method["MethodResponses"]} for name, method in methods.items()}
    assert answers["POST"] == {"201", "400", "403", "429", "503"}
    assert answers["GET"] == {"200", "400", "403", "404", "429", "503"}


def test_a_body_and_an_id_are_validated_at_the_gateway(template):
    methods = {one["HttpMethod"]: one for one in template.properties("AWS::ApiGateway::Method")}
    (model,) = template.of_type("AWS::ApiGateway::Model")
    assert methods["POST"]["RequestModels"] == {"$default": f"${{{model}}}"}
    assert only(template, "AWS::ApiGateway::Model")["Schema"] == SCHEMA
    assert methods["GET"]["RequestParameters"] == {"method.request.path.transaction_id": True}
    validators = {f"${{{name}}}": one for name, one in template.of_type("AWS::ApiGateway::RequestValidator").items()}
    checked = {name: validators[method["RequestValidatorId"]]["Properties"] for name, method in methods.items()}
    assert checked["POST"]["ValidateRequestBody"] is True
    assert checked["GET"]["ValidateRequestParameters"] is True


def test_a_missing_id_is_answered_in_the_apis_form(template):
    responses = {one["ResponseType"]: one for one in template.properties("AWS::ApiGateway::GatewayResponse")}
    refusal = responses["BAD_REQUEST_PARAMETERS"]
    assert refusal["StatusCode"] == "400"
    body = json.loads(refusal["ResponseTemplates"]["application/json"])
    assert body["errors"] == [{"field": "transaction_id", "rule": "required, not empty"}]


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
