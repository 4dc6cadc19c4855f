"""A form that signs a checksum takes only the file that has it; other forms take any."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
import urllib3
from botocore.config import Config

from hallmark.stage.sessions import session
from tests.support.policy_statements import allow

Client = Callable[[str], Any]
REGION = "eu-central-1"
FILE = b"one,two\r\n"
CHECKSUM = base64.b64encode(hashlib.sha256(FILE).digest()).decode()


@pytest.fixture
def form(client: Client, unique: str) -> Callable[..., Any]:
    """Return a function that makes a form for a new bucket, signed by a role that may put there."""
    client("s3").create_bucket(Bucket=unique, CreateBucketConfiguration={"LocationConstraint": REGION})
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"AWS": "*"})]}
    role = client("iam").create_role(RoleName=unique, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    right = {"Statement": [allow("s3:PutObject", f"arn:aws:s3:::{unique}/*")]}
    client("iam").put_role_policy(RoleName=unique, PolicyName="put", PolicyDocument=json.dumps(right))
    given = client("sts").assume_role(RoleArn=role, RoleSessionName=unique)["Credentials"]
    signer = session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region=REGION).client(
        "s3", endpoint_url=client("s3").meta.endpoint_url, config=Config(signature_version="s3v4")
    )

    def signed(**fields: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        conditions = [{name: value} for name, value in named.items()]
        return signer.generate_presigned_post(unique, "k", Fields=named, Conditions=conditions)

    return signed


def post(form: Any, content: bytes) -> int:
    return urllib3.request("POST", form["url"], fields={**form["fields"], "file": ("k", content)}).status


def test_only_the_file_with_the_checksum_is_taken(form: Callable[..., Any]) -> None:
    signed = form(x_amz_checksum_sha256=CHECKSUM)
    assert post(signed, FILE[:-1] + b"x") == 400
    assert post(signed, FILE) == 204


def test_a_form_without_a_checksum_takes_any_file(form: Callable[..., Any]) -> None:
    assert post(form(), b"any") == 204


def test_another_checksum_than_the_signed_one_is_against_the_policy(form: Callable[..., Any]) -> None:
    signed = form(x_amz_checksum_sha256=CHECKSUM)
    signed["fields"]["x-amz-checksum-sha256"] = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    assert post(signed, b"x") == 403
