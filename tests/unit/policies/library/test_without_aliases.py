"""Systems whose functions are called by their names, by buckets and streams as well: what the policies want of them."""

from typing import Any

import pytest

from tests.unit.policies.small import Document, found, small

CALLED: dict[str, dict[str, Any]] = {
    "api_handler": {"by": "api"},
    "validation": {"by": "bucket", "on": "files"},
    "anomaly_detection": {"by": "stream", "on": "transactions"},
}
UPLOAD = {"POST /upload": "api_handler"}
BODY = {"fileName": {"type": "string", "required": False, "may": {"maxLength": 200}}}
SCHEMA = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "additionalProperties": False,
    "properties": {"fileName": {"type": "string", "maxLength": 200}},
}
STATUS = "GET /status/{id}"
ROUTES: dict[str, Any] = {
    "POST /upload": {"body": BODY, "closed": True},
    STATUS: {"parameters": ["path.id"]},
}


def _reported(policy: str, document: Document, **parameters: Any) -> list[tuple[str, str]]:
    return [(one.resource, one.path) for one in found(policy, document, **parameters)]


def test_functions_are_called_by_the_api_a_bucket_and_a_stream() -> None:
    assert _reported("functions/called_by", small(), functions=CALLED, no_others=True) == []


@pytest.mark.parametrize(
    ("name", "path", "value", "reported"),
    [
        ("Files", "NotificationConfiguration", {}, "Validation"),
        ("Follows", "EventSourceArn", {"Fn::GetAtt": ["Failed", "Arn"]}, "Anomalies"),
        ("Follows", "FunctionName", {"Ref": "Validation"}, "Anomalies"),
        ("Follows", "Enabled", False, "Anomalies"),
        ("Follows", "Enabled", {"Fn::ImportValue": "on"}, "Anomalies"),
        ("Post", "Integration", {}, "Handler"),
    ],
)
def test_a_function_that_nobody_calls_is_reported(name: str, path: str, value: Any, reported: str) -> None:
    document = small()
    # The part is known by its name, once its wire is cut.
    document["Resources"][name]["Properties"][path] = value
    assert _reported("functions/called_by", document, functions=CALLED) == [(reported, "FunctionName")]


def test_a_pipe_reads_a_stream_as_a_mapping_does() -> None:
    document = small()
    stream, function = {"Fn::GetAtt": ["Transactions", "StreamArn"]}, {"Fn::GetAtt": ["Anomalies", "Arn"]}
    pipe = {"Source": stream, "Target": function, "RoleArn": "arn:aws:iam::123456789012:role/pipe"}
    document["Resources"]["Follows"] = {"Type": "AWS::Pipes::Pipe", "Properties": pipe}
    assert _reported("functions/called_by", document, functions=CALLED) == []
    document["Resources"]["Follows"]["Properties"]["DesiredState"] = "STOPPED"
    assert _reported("functions/called_by", document, functions=CALLED) == [("Anomalies", "FunctionName")]


def test_no_other_function_may_be_there() -> None:
    document = small()
    document["Resources"]["Helper"] = {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "helper"}}
    assert _reported("functions/called_by", document, functions=CALLED) == []
    assert _reported("functions/called_by", document, functions=CALLED, no_others=True) == [("Helper", "FunctionName")]


def _with_api() -> Document:
    """The small template, its API deployed."""
    document = small()
    api = {"RestApiId": {"Ref": "Api"}}
    document["Resources"].update(
        Deployed={"Type": "AWS::ApiGateway::Deployment", "DependsOn": ["Post"], "Properties": api},
        Stage={
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {**api, "StageName": "dev", "DeploymentId": {"Ref": "Deployed"}},
        },
        Call={
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Handler"},
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": {"Fn::Sub": "arn:aws:execute-api:us-east-1:${AWS::AccountId}:${Api}/${Stage}/POST/upload"},
            },
        },
    )
    return document


def test_a_route_may_call_the_function_itself() -> None:
    assert _reported("api/routes", _with_api(), routes=UPLOAD, refusals={}) == []


def test_a_route_may_not_call_an_alias_that_nobody_asked_for() -> None:
    document = _with_api()
    document["Resources"]["Live"] = {
        "Type": "AWS::Lambda::Alias",
        "Properties": {"FunctionName": {"Ref": "Handler"}, "Name": "live", "FunctionVersion": "1"},
    }
    uri = {"Fn::Sub": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Live}/invocations"}
    document["Resources"]["Post"]["Properties"]["Integration"]["Uri"] = uri
    assert _reported("api/routes", document, routes=UPLOAD, refusals={}) == [("Post", "Integration.Uri")]


def test_a_route_calls_its_own_function() -> None:
    (only,) = found("api/routes", _with_api(), routes={"POST /upload": "validation"}, refusals={})
    assert (only.resource, only.wanted) == ("Post", "the function validation")


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"SourceAccount": "999999999999"}, "SourceAccount"),
        ({"SourceAccount": None}, "SourceAccount"),
        ({"SourceArn": "arn:aws:s3:::elsewhere"}, "SourceArn"),
        ({"Principal": "apigateway.amazonaws.com"}, "SourceArn"),
    ],
)
def test_a_bucket_calls_for_our_account_only(more: dict[str, Any], path: str) -> None:
    def own(document: Document) -> list[tuple[str, str]]:
        reported = _reported("iam/least_privilege", document, grants={}, never=[])
        return [one for one in reported if one[0] == "Notify"]

    document = small()
    assert own(document) == []
    properties = document["Resources"]["Notify"]["Properties"]
    properties.update(more)
    document["Resources"]["Notify"]["Properties"] = {key: value for key, value in properties.items() if value}
    assert own(document) == [("Notify", path)]


def _validated() -> Document:
    document = small()
    api = {"RestApiId": {"Ref": "Api"}}
    resources = document["Resources"]
    flags = {"ValidateRequestBody": True, "ValidateRequestParameters": True}
    resources["Validator"] = {"Type": "AWS::ApiGateway::RequestValidator", "Properties": {**api, **flags}}
    resources["Body"]["Properties"].update(ContentType="application/json", Schema=SCHEMA)
    validated = {"RequestValidatorId": {"Ref": "Validator"}}
    resources["Post"]["Properties"].update(RequestModels={"$default": {"Ref": "Body"}}, **validated)
    root = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    resources["Status"] = {
        "Type": "AWS::ApiGateway::Resource",
        "Properties": {**api, "PathPart": "status", "ParentId": root},
    }
    resources["Id"] = {
        "Type": "AWS::ApiGateway::Resource",
        "Properties": {**api, "PathPart": "{id}", "ParentId": {"Ref": "Status"}},
    }
    asked = {"RequestParameters": {"method.request.path.id": True}}
    resources["Get"] = {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {**api, "HttpMethod": "GET", "ResourceId": {"Ref": "Id"}, **validated, **asked},
    }
    return document


def test_each_route_is_validated_by_its_own_rules() -> None:
    assert _reported("api/request_validation", _validated(), routes=ROUTES) == []


@pytest.mark.parametrize(
    ("name", "path", "value", "reported"),
    [
        ("Validator", "ValidateRequestParameters", False, ("Validator", "ValidateRequestParameters")),
        ("Validator", "ValidateRequestBody", False, ("Validator", "ValidateRequestBody")),
        ("Get", "RequestParameters", {}, ("Get", "RequestParameters.method.request.path.id")),
        ("Get", "RequestParameters", None, ("Get", "RequestParameters.method.request.path.id")),
        ("Get", "HttpMethod", "PUT", ("Get", "HttpMethod")),
        ("Body", "Schema", {**SCHEMA, "additionalProperties": True}, ("Body", "Schema.additionalProperties")),
        ("Body", "Schema", {**SCHEMA, "required": ["fileName"]}, ("Body", "Schema.required")),
        ("Post", "RequestModels", {}, ("Post", "RequestModels")),
    ],
)
def test_what_a_route_does_not_validate_is_reported(
    name: str, path: str, value: Any, reported: tuple[str, str]
) -> None:
    document = _validated()
    document["Resources"][name]["Properties"][path] = value
    assert _reported("api/request_validation", document, routes=ROUTES) == [reported]


def test_each_client_may_have_a_key() -> None:
    document = small()
    for name in ("One", "Two"):
        document["Resources"][name] = {"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": True}}
    bounds = {"rate": [1, 10], "burst": [1, 10], "quota_a_day": 1}
    for keys, enough in ((2, True), (3, False)):
        own = [one.wanted for one in found("api/key_and_plan", document, keys=keys, **bounds)]
        assert (f"at least {keys}: one for each client" not in own) is enough


def test_a_table_may_have_no_sort_key() -> None:
    document = small()
    table = document["Resources"]["Transactions"]["Properties"]
    table["AttributeDefinitions"] = [
        {"AttributeName": "transaction_id", "AttributeType": "S"},
        {"AttributeName": "timestamp", "AttributeType": "N"},
    ]
    keys: dict[str, Any] = {"hash": ["transaction_id", "S"]}
    both = {**keys, "range": ["timestamp", "N"]}
    assert _reported("tables/keys", document, tables={"transactions": both}) == []
    assert _reported("tables/keys", document, tables={"transactions": keys}) == [("Transactions", "KeySchema")]
    del table["KeySchema"][1]
    assert _reported("tables/keys", document, tables={"transactions": keys}) == []


def test_failures_of_a_function_without_an_alias_go_to_a_queue() -> None:
    document = small()
    config = {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {
            "FunctionName": {"Ref": "Validation"},
            "Qualifier": "$LATEST",
            "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["Failed", "Arn"]}}},
        },
    }
    missing = [("Validation", "EventInvokeConfig")]
    assert _reported("functions/destinations", document, functions=["validation"]) == missing
    document["Resources"]["Fails"] = config
    assert _reported("functions/destinations", document, functions=["validation"]) == []
