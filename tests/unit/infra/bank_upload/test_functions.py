"""The functions of bank_upload: settings, variables, permissions."""

import json

import pytest

from tests.support.templates import ACCOUNT

SECONDS = {"validation": 10, "transformation": 25, "notification": 8}
BY_FUNCTION = pytest.mark.parametrize("function", SECONDS)


def name_of(template, function):
    return template.name(f"lambda-bank-upload-{function}")


def arn_of(template, kind, purpose):
    return template.arn(kind, template.name(f"{kind}-bank-upload-{purpose}"))


def table_arn(template, purpose):
    return template.arn("dynamodb", f"table/{template.name(f'dynamodb-bank-upload-{purpose}')}")


def settings(template, function):
    return template.named("AWS::Lambda::Function", f"lambda-bank-upload-{function}", "FunctionName")


@BY_FUNCTION
def test_a_function_is_set_up_as_the_customer_wants(template, function):
    wanted = {
        "PackageType": "Image",
        "Architectures": ["arm64"],
        "MemorySize": 512,
        "Timeout": SECONDS[function],
        "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {"LogGroup": f"/aws/lambda/{name_of(template, function)}"},
        "ReservedConcurrentExecutions": 20,
    }
    found = settings(template, function)
    assert {key: found[key] for key in wanted} == wanted
    assert {group["RetentionInDays"] for group in template.properties("AWS::Logs::LogGroup")} == {7}


@BY_FUNCTION
def test_a_function_knows_where_everything_is(template, function):
    variables = settings(template, function)["Environment"]["Variables"]
    own = {
        "validation": {"MAX_FILE_BYTES": "4500000", "MAX_ROWS": "40000", "BANKS": variables.get("BANKS")},
        "transformation": {"TRANSACTIONS_TABLE": template.name("dynamodb-bank-upload-transactions")},
        "notification": {"RESULTS_TOPIC_ARN": arn_of(template, "sns", "results")},
    }
    assert variables == {
        "STAGE": template.stage,
        "FILES_BUCKET": template.name(f"s3-bank-upload-files-{ACCOUNT}"),
        "STATUS_TABLE": template.name("dynamodb-bank-upload-processing-status"),
        **own[function],
    }


def test_a_key_says_which_bank_calls(template, banks):
    listed = template.of_type("AWS::ApiGateway::ApiKey").items()
    keys = {key["Properties"]["Name"]: f"${{{name}}}" for name, key in listed}
    assert json.loads(settings(template, "validation")["Environment"]["Variables"]["BANKS"]) == {
        keys[template.name(f"key-bank-upload-{bank}")]: bank for bank in banks
    }


def permissions(template):
    """Function -> what it may beside its own logs and traces: (id, actions, resource)."""
    status, transactions = table_arn(template, "processing-status"), table_arn(template, "transactions")
    uploads = f"arn:aws:s3:::{template.name(f's3-bank-upload-files-{ACCOUNT}')}/uploads/*"
    return {
        "validation": [
            ("KeepFiles", ["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion"], uploads),
            ("RecordUploads", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], status),
        ],
        "transformation": [
            ("ReadFiles", "s3:GetObjectVersion", uploads),
            ("StoreRows", "dynamodb:PutItem", transactions),
            ("RecordRanges", "dynamodb:UpdateItem", status),
        ],
        "notification": [
            ("EndUploads", ["dynamodb:Query", "dynamodb:UpdateItem"], status),
            ("Announce", "sns:Publish", arn_of(template, "sns", "results")),
        ],
    }


@BY_FUNCTION
def test_a_function_may_do_exactly_this(template, function):
    role = template.named("AWS::IAM::Role", f"role-bank-upload-{function}", "RoleName")
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
        {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}
        | (over_tls if resource.startswith("arn:aws:s3") else {})
        for sid, action, resource in allowed
    ]
