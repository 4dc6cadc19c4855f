"""Repositories are read whole, and a function's image by the digest that runs."""

import json
from typing import Any

import pytest

from hallmark.observe.normal import normal
from tests.unit.hallmark.observe.canned import ARN, NAME, read

HOST = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
TAG, DIGEST, OTHER = "a" * 64, f"sha256:{'b' * 64}", f"sha256:{'c' * 64}"
REPOSITORY: dict[str, Any] = {
    "repositoryName": "realtime-a-dev",
    "repositoryArn": "arn:aws:ecr:eu-central-1:111122223333:repository/realtime-a-dev",
    "imageTagMutability": "IMMUTABLE",
    "imageScanningConfiguration": {"scanOnPush": True},
    "encryptionConfiguration": {"encryptionType": "AES256"},
}


def test_a_repository_with_its_policies() -> None:
    policy, rules = {"Version": "2012-10-17", "Statement": []}, {"rules": [{"rulePriority": 1}]}
    found = read(
        "AWS::ECR::Repository",
        describe_repositories=[REPOSITORY, {**REPOSITORY, "repositoryName": "other-a-dev"}],
        get_repository_policy={"policyText": json.dumps(policy)},
        get_lifecycle_policy={"lifecyclePolicyText": json.dumps(rules)},
        list_tags_for_resource={"tags": [{"Key": "stage", "Value": "dev"}]},
    )
    assert [one.physical for one in found] == ["realtime-a-dev"]
    assert found[0].properties == {
        "RepositoryName": "realtime-a-dev",
        "ImageTagMutability": "IMMUTABLE",
        "ImageScanningConfiguration": {"ScanOnPush": True},
        "EncryptionConfiguration": {"EncryptionType": "AES256"},
        "RepositoryPolicyText": policy,
        "LifecyclePolicy": {"LifecyclePolicyText": json.dumps(rules)},
        "Tags": [{"Key": "stage", "Value": "dev"}],
    }


def test_texts_of_lifecycles_are_compared_as_what_they_say() -> None:
    one, other = '{"rules": [{"a": 1, "b": 2}]}', '{"rules":[{"b":2,"a":1}]}'
    left, right = (
        normal("AWS::ECR::Repository", {"EmptyOnDelete": flag, "LifecyclePolicy": {"LifecyclePolicyText": text}})
        for flag, text in ((True, one), (False, other))
    )
    assert left == right and left


@pytest.mark.parametrize(
    ("named", "in_ecr", "shown"),
    [
        (f":{TAG}", DIGEST, f":{TAG}"),
        (f"@{DIGEST}", None, f"@{DIGEST}"),
        # The tag means another image now, or none.
        (f":{TAG}", OTHER, f"@{DIGEST}"),
        (f":{TAG}", None, f"@{DIGEST}"),
        (f"@{OTHER}", None, f"@{DIGEST}"),
    ],
)
def test_an_image_is_shown_as_named_while_it_is_the_one_that_runs(named: str, in_ecr: str | None, shown: str) -> None:
    config = {"FunctionArn": ARN, "FunctionName": NAME, "PackageType": "Image", "CodeSha256": DIGEST[7:]}
    (found,) = read(
        "AWS::Lambda::Function",
        list_functions=[{"FunctionName": NAME}],
        get_function_configuration={**config, "ImageConfigResponse": {"ImageConfig": {"Command": ["a.b"]}}},
        get_function={"Code": {"ImageUri": f"{HOST}/realtime-a-dev{named}"}},
        describe_images={"imageDetails": [{"imageDigest": in_ecr}] if in_ecr else []},
    )
    assert found.properties["Code"] == {"ImageUri": f"{HOST}/realtime-a-dev{shown}"}
    assert found.properties["ImageConfig"] == {"Command": ["a.b"]}
