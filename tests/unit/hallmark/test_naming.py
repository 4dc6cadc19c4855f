"""Which names are a stage's: by their form, whatever words they hold, in both forms and beside similar systems."""

from typing import Any

import boto3
import pytest

from hallmark.naming import is_of, thing_of
from hallmark.stage.deployed import DeployedStage

BOTH = ("upload", "merchant_upload")
ACCOUNT = "111122223333"


@pytest.mark.parametrize(
    ("system", "name", "thing"),
    [
        ("upload", "upload-buffer-dev", "buffer"),
        ("upload", "sqs-upload-buffer-dev", "buffer"),
        ("upload", f"s3-upload-files-{ACCOUNT}-dev", "files"),
        ("upload", f"upload-files-dev-{ACCOUNT}", "files"),
        ("upload", "/aws/lambda/upload-fraud_detector-dev", "fraud_detector"),
        ("upload", "/aws/vendedlogs/states/upload-machine-dev", "machine"),
        ("merchant_upload", "merchant-upload-buffer-dev", "buffer"),
        ("merchant_upload", "lambda-merchant-upload-api-handler-dev", "api-handler"),
        ("merchant_upload", f"s3-merchant-upload-files-{ACCOUNT}-dev", "files"),
        ("merchant_upload", "/aws/lambda/lambda-merchant-upload-validation-dev", "validation"),
    ],
)
def test_a_name_of_a_system_is_its_own_and_no_others(system: str, name: str, thing: str) -> None:
    (other,) = (one for one in BOTH if one != system)
    assert thing_of(system, "dev", name, BOTH) == thing
    assert thing_of(other, "dev", name, BOTH) is None


@pytest.mark.parametrize(
    "name",
    [
        "upload-buffer-prod",
        "upload-buffer-developer",
        "upload-dev",
        "dev-upload-buffer",
        "reupload-buffer-dev",
        "upload2-buffer-dev",
        "a-b-upload-buffer-dev",
        "bank_upload-buffer-dev",
        "upload-files-11112222-prod-dev2",
        "the upload of dev",
    ],
)
def test_words_alone_make_no_name_of_a_stage(name: str) -> None:
    assert thing_of("upload", "dev", name, BOTH) is None


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("realtime-notifier-dev", True),
        ("Realtime-Notifier-Dev", True),
        ("role-realtime-notifier-dev", True),
        ("hallmark-realtime-dev-Role-1ABC", True),
        ("hallmark-realtime-devil", False),
        ("hallmark-realtime-prod-Role-1ABC", False),
        ("realtime-notifier-prod", False),
        ("notifier", False),
    ],
)
def test_what_cloudformation_names_after_a_stack_is_the_stages(name: str, ours: bool) -> None:
    stage: Any = DeployedStage("realtime", "dev", "aws", boto3.Session(region_name="eu-central-1"))
    assert is_of(stage, name) is ours
