"""The repositories, and the images that the functions name."""

import json

import pytest

from infra.constructs.image_function import BASE_IMAGE, CONTEXT, content_tag, dockerfile_of, image_functions
from infra.images.dockerfile import read
from tests.support.templates import ACCOUNT

FUNCTIONS = ("validation", "transformation", "notification")
BY_FUNCTION = pytest.mark.parametrize("function", FUNCTIONS)


def test_each_function_has_a_dockerfile_and_a_repository(images):
    found = [one for one in image_functions() if one[0] == "bank_upload"]
    assert found == sorted(("bank_upload", function) for function in FUNCTIONS)
    names = {props["RepositoryName"] for props in images.properties("AWS::ECR::Repository")}
    assert names == {images.name(f"ecr-bank-upload-{function}") for function in FUNCTIONS}


@BY_FUNCTION
def test_a_dockerfile_begins_with_the_base_and_ends_with_the_handler(function):
    found = read(dockerfile_of("bank_upload", function))
    assert (found.base, found.command) == (BASE_IMAGE, (f"bank_upload.{function}.index.handler",))
    assert found.user


@BY_FUNCTION
def test_a_function_names_its_image_by_its_content(template, function):
    props = template.named("AWS::Lambda::Function", f"lambda-bank-upload-{function}", "FunctionName")
    repository = template.name(f"ecr-bank-upload-{function}")
    tag = content_tag(dockerfile_of("bank_upload", function), CONTEXT)
    assert len(tag) == 64
    assert props["Code"] == {"ImageUri": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/{repository}:{tag}"}
    assert not {"Runtime", "Handler", "ImageConfig", "Layers"} & set(props)


@BY_FUNCTION
def test_a_repository_is_scanned_immutable_and_deleted_with_its_images(images, function):
    props = images.named("AWS::ECR::Repository", f"ecr-bank-upload-{function}", "RepositoryName")
    assert props["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert props["ImageTagMutability"] == "IMMUTABLE"
    assert props["EmptyOnDelete"] is True


@BY_FUNCTION
def test_a_repository_keeps_the_newest_tagged_images_and_no_untagged_one(images, function):
    props = images.named("AWS::ECR::Repository", f"ecr-bank-upload-{function}", "RepositoryName")
    untagged, tagged = json.loads(props["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    assert untagged["selection"] == {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countNumber": 1,
        "countUnit": "days",
    }
    assert tagged["selection"] == {
        "tagStatus": "tagged",
        "tagPatternList": ["*"],
        "countType": "imageCountMoreThan",
        "countNumber": 30,
    }


@BY_FUNCTION
def test_only_lambda_pulls_for_the_function_of_the_same_name(images, function):
    props = images.named("AWS::ECR::Repository", f"ecr-bank-upload-{function}", "RepositoryName")
    arn = images.arn("lambda", f"function:{images.name(f'lambda-bank-upload-{function}')}")
    assert props["RepositoryPolicyText"]["Statement"] == [
        {
            "Sid": "PullByFunctions",
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Condition": {
                "ArnLike": {"aws:SourceArn": [arn, f"{arn}:*"]},
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
            },
        }
    ]
