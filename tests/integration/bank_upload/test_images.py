"""Each function runs the image that this tree's sources make, and no other can take its place."""

import io
import json
import re
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.images.published import wanted
from hallmark.images.step import built
from hallmark.naming import physical
from hallmark.stage import Stage
from infra.bank_upload.outputs import Output

FUNCTIONS = {
    "validation": Output.VALIDATION_ARN,
    "transformation": Output.TRANSFORMATION_ARN,
    "notification": Output.NOTIFICATION_ARN,
}
BY_FUNCTION = pytest.mark.parametrize("function", FUNCTIONS)
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def _repository(stage: Stage, function: str) -> str:
    return physical(stage, function, "ecr")


@pytest.mark.control("BU_FN_IMAGE", "BU_ECR")
@BY_FUNCTION
def test_a_function_runs_the_digest_under_the_tag_of_this_tree_s_sources(stage: Stage, function: str) -> None:
    found = stage.client("lambda").get_function(FunctionName=stage.outputs[FUNCTIONS[function]])
    config, code = found["Configuration"], found["Code"]
    assert (config["PackageType"], config["Architectures"], config["MemorySize"]) == ("Image", ["arm64"], 512)
    (own,) = (one for one in wanted(stage.system, stage.name) if one.repository == _repository(stage, function))
    assert re.fullmatch("[0-9a-f]{64}", own.tag) and code["ImageUri"].endswith(f"/{own.repository}:{own.tag}")
    (image,) = stage.client("ecr").describe_images(repositoryName=own.repository, imageIds=[{"imageTag": own.tag}])[
        "imageDetails"
    ]
    assert image["imageTags"] == [own.tag]
    assert code["ResolvedImageUri"].partition("@")[2] == image["imageDigest"]
    assert image["imageDigest"].removeprefix("sha256:") == config["CodeSha256"]


@pytest.mark.control("BU_FN_IMAGE")
@pytest.mark.embedded
@BY_FUNCTION
def test_the_image_has_its_function_s_code_and_no_other_s(stage: Stage, function: str) -> None:
    """On AWS the digest alone is compared: another machine's builder makes other layers."""
    (own,) = (one for one in wanted(stage.system, stage.name) if one.repository == _repository(stage, function))
    found = stage.client("lambda").get_function_configuration(FunctionName=stage.outputs[FUNCTIONS[function]])
    assert own.own_digest.removeprefix("sha256:") == found["CodeSha256"]
    image = built(stage.system, function)
    names: list[str] = []
    for layer in json.loads(image.manifest)["layers"]:
        with tarfile.open(fileobj=io.BytesIO(image.blob(layer["digest"]))) as files:
            names += [f"/{name}" for name in files.getnames()]
    packages = {name for other in FUNCTIONS for name in names if f"/bank_upload/{other}/" in name}
    assert packages and all(f"/bank_upload/{function}/" in name for name in packages)
    assert not [name for name in names for foreign in ("/hallmark/", "/infra/", "/tests/") if foreign in name]


@pytest.mark.control("BU_ECR")
@BY_FUNCTION
def test_a_tag_never_moves_and_images_are_scanned_and_tidied(stage: Stage, function: str) -> None:
    ecr, name = stage.client("ecr"), _repository(stage, function)
    (repository,) = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    rules = json.loads(ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"])["rules"]
    kinds = {rule["selection"]["tagStatus"]: rule["selection"] for rule in rules}
    tagged = kinds.get("tagged") or kinds["any"]
    assert (tagged["countType"], tagged["countNumber"]) == ("imageCountMoreThan", 30)
    assert kinds["untagged"]["countType"] == "sinceImagePushed"
    (details, *_) = [one for one in ecr.describe_images(repositoryName=name)["imageDetails"] if one.get("imageTags")]
    found = ecr.batch_get_image(repositoryName=name, imageIds=[{"imageTag": details["imageTags"][0]}])["images"]
    manifest = json.loads(found[0]["imageManifest"])
    other = json.dumps({**manifest, "annotations": {"made": "by hand"}})
    with pytest.raises(ClientError) as refusal:
        ecr.put_image(
            repositoryName=name, imageManifest=other, imageTag=details["imageTags"][0], imageManifestMediaType=MANIFEST
        )
    assert refusal.value.response["Error"]["Code"] == "ImageTagAlreadyExistsException"


@pytest.mark.control("BU_ECR")
@BY_FUNCTION
def test_only_the_function_of_its_name_pulls_from_a_repository(stage: Stage, function: str) -> None:
    text = stage.client("ecr").get_repository_policy(repositoryName=_repository(stage, function))["policyText"]
    statements: list[Any] = json.loads(text)["Statement"]
    for statement in statements:
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
        assert {"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"} >= set(statement["Action"])
        assert stage.outputs[FUNCTIONS[function]] in json.dumps(statement["Condition"])
