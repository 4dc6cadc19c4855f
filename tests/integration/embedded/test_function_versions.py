"""A version is published only of the code whose hash its caller, or its template, states."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[[str], Any]
OTHER = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def _hash(client: Client, function: str) -> str:
    return str(client("lambda").get_function_configuration(FunctionName=function)["CodeSha256"])


def _version(function: str, code_sha256: str) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": function, "CodeSha256": code_sha256}}


def test_the_api_refuses_another_hash(client: Client, function: str) -> None:
    awslambda, own = client("lambda"), _hash(client, function)
    with pytest.raises(ClientError, match="is different from current CodeSHA256") as refused:
        awslambda.publish_version(FunctionName=function, CodeSha256=OTHER)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert awslambda.publish_version(FunctionName=function, CodeSha256=own)["CodeSha256"] == own


def test_cloudformation_publishes_the_stated_code(
    client: Client, function: str, stack: Callable[[dict[str, Any]], dict[str, str]]
) -> None:
    client("lambda").update_function_configuration(FunctionName=function, Timeout=9)
    made = stack({"Version": _version(function, _hash(client, function))})
    assert made["Version"].endswith(f":{function}:2")


def test_cloudformation_refuses_another_hash(
    client: Client, function: str, stack: Callable[[dict[str, Any]], dict[str, str]]
) -> None:
    client("lambda").update_function_configuration(FunctionName=function, Timeout=9)
    with pytest.raises(AssertionError, match="Please try again with the CodeSHA256 in"):
        stack({"Version": _version(function, OTHER)})
    listed = client("lambda").list_versions_by_function(FunctionName=function)["Versions"]
    assert [one["Version"] for one in listed] == ["$LATEST", "1"]
