"""The functions of merchant_upload: settings, permissions, and what invokes them."""

import json

import pytest

from tests.support.templates import ACCOUNT

SECONDS = {"api_handler": 10, "validation": 240, "anomaly_detection": 60}
MERCHANTS = {"corner-shop", "garden-market", "harbour-books", "lantern-travel", "north-cycles"}
BY_FUNCTION = pytest.mark.parametrize("function", SECONDS)


def name_of(template, function, kind="lambda"):
    return template.name(f"{kind}-merchant-upload-{function.replace('_', '-')}")


def arn_of(template, kind, purpose):
    return template.arn(kind, template.name(f"{kind}-merchant-upload-{purpose}"))


def settings(template, function):
    return template.named(
        "AWS::Lambda::Function", f"lambda-merchant-upload-{function.replace('_', '-')}", "FunctionName"
    )


def only(template, kind):
    (props,) = template.properties(kind)
    return props


@BY_FUNCTION
def test_a_function_is_set_up_as_the_customer_wants(template, function):
    wanted = {
        "Runtime": "python3.9",
        "Architectures": ["arm64"],
        "Handler": f"merchant_upload.{function}.index.handler",
        "MemorySize": 512,
        "Timeout": SECONDS[function],
        "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {"LogGroup": f"/aws/lambda/{name_of(template, function)}"},
        "ReservedConcurrentExecutions": 10,
    }
    found = settings(template, function)
    assert {key: found[key] for key in wanted} == wanted
    assert {group["RetentionInDays"] for group in template.properties("AWS::Logs::LogGroup")} == {7}


@BY_FUNCTION
def test_a_function_knows_where_everything_is(template, function):
    variables = settings(template, function)["Environment"]["Variables"]
    own = {
        "api_handler": {"MERCHANTS": variables.get("MERCHANTS")},
        "validation": {"MAX_ROWS": "50000"},
        "anomaly_detection": {"ALERTS_TOPIC_ARN": arn_of(template, "sns", "alerts")},
    }
    assert variables == {
        "STAGE": template.stage,
        "FILES_BUCKET": template.name(f"s3-merchant-upload-files-{ACCOUNT}"),
        "TRANSACTIONS_TABLE": template.name("dynamodb-merchant-upload-transactions"),
        "CARD_INDEX": "card-index",
        **own[function],
    }


def test_a_key_says_which_merchant_calls(template):
    listed = template.of_type("AWS::ApiGateway::ApiKey").items()
    keys = {key["Properties"]["Name"]: f"${{{name}}}" for name, key in listed}
    assert json.loads(settings(template, "api_handler")["Environment"]["Variables"]["MERCHANTS"]) == {
        merchant: keys[template.name(f"key-merchant-upload-{merchant}")] for merchant in MERCHANTS
    }


def permissions(template):
    """Function -> what it may beside its own logs and traces: (id, actions, resource)."""
    table = arn_of(template, "dynamodb", "transactions").replace(":dynamodb-", ":table/dynamodb-")
    uploads = f"arn:aws:s3:::{template.name(f's3-merchant-upload-files-{ACCOUNT}')}/uploads/*"
    writing = ["dynamodb:PutItem", "dynamodb:UpdateItem"]
    reading = [f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")]
    (stream,) = (f"${{{name}.StreamArn}}" for name in template.of_type("AWS::DynamoDB::Table"))
    return {
        "api_handler": [
            ("SignUploads", "s3:PutObject", uploads),
            ("RecordUpload", "dynamodb:PutItem", table),
            ("LookUp", ["dynamodb:GetItem", "dynamodb:Query"], table),
        ],
        "validation": [
            ("FailureDestination", "sqs:SendMessage", arn_of(template, "sqs", "validation-failure")),
            ("ReadUploads", ["s3:GetObjectVersion", "s3:DeleteObjectVersion"], uploads),
            ("StoreRows", ["dynamodb:GetItem", *writing], table),
        ],
        "anomaly_detection": [
            ("ReadStream", reading, stream),
            ("FailureQueue", "sqs:SendMessage", arn_of(template, "sqs", "anomaly-failure")),
            ("ReadCards", "dynamodb:Query", f"{table}/index/card-index"),
            ("RecordVerdicts", ["dynamodb:BatchGetItem", *writing], table),
            ("Alert", "sns:Publish", arn_of(template, "sns", "alerts")),
        ],
    }


@BY_FUNCTION
def test_a_function_may_do_exactly_this(template, function):
    role = template.named("AWS::IAM::Role", f"role-merchant-upload-{function.replace('_', '-')}", "RoleName")
    assert "ManagedPolicyArns" not in role
    (policy,) = role["Policies"]
    group = template.arn("logs", f"log-group:/aws/lambda/{name_of(template, function)}:*")
    allowed = [
        ("OwnLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], group),
        ("Traces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"),
        *permissions(template)[function],
    ]
    over_tls = {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    assert policy["PolicyDocument"]["Statement"] == [
        {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource, **over_tls}
        if sid in ("SignUploads", "ReadUploads")
        else {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}
        for sid, action, resource in allowed
    ]


def test_validation_is_tried_again_and_then_kept_in_its_queue(template):
    (function,) = (
        key
        for key, one in template.of_type("AWS::Lambda::Function").items()
        if one["Properties"]["Handler"] == "merchant_upload.validation.index.handler"
    )
    raw = [one for one in template.raw["Resources"].values() if one["Type"] == "AWS::Lambda::EventInvokeConfig"]
    assert [one["Properties"]["FunctionName"] for one in raw] == [{"Ref": function}]
    config = only(template, "AWS::Lambda::EventInvokeConfig")
    config.pop("FunctionName")
    assert config == {
        "Qualifier": "$LATEST",
        "MaximumRetryAttempts": 2,
        "MaximumEventAgeInSeconds": 3600,
        "DestinationConfig": {"OnFailure": {"Destination": arn_of(template, "sqs", "validation-failure")}},
    }


def test_the_stream_is_read_from_its_start_for_inserted_rows_and_a_poison_record_blocks_nothing(template):
    mapping = only(template, "AWS::Lambda::EventSourceMapping")
    mapping.pop("Tags")
    (pattern,) = mapping.pop("FilterCriteria")["Filters"]
    assert json.loads(pattern["Pattern"]) == {
        "eventName": ["INSERT"],
        "dynamodb": {"NewImage": {"kind": {"S": ["transaction"]}}},
    }
    (table,) = template.of_type("AWS::DynamoDB::Table")
    assert mapping == {
        "EventSourceArn": f"${{{table}.StreamArn}}",
        "FunctionName": template.arn("lambda", f"function:{name_of(template, 'anomaly_detection')}"),
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 1,
        "ParallelizationFactor": 2,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": 5,
        "MaximumRecordAgeInSeconds": 240,
        "DestinationConfig": {"OnFailure": {"Destination": arn_of(template, "sqs", "anomaly-failure")}},
    }


def test_a_record_gives_up_before_the_five_minutes_are_over_and_shards_fit_the_reserved_executions(template):
    mapping = only(template, "AWS::Lambda::EventSourceMapping")
    assert mapping["MaximumRecordAgeInSeconds"] < 300
    # A new on-demand table has four shards.
    assert (
        4 * mapping["ParallelizationFactor"] <= settings(template, "anomaly_detection")["ReservedConcurrentExecutions"]
    )
