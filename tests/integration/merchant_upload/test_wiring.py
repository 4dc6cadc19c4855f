"""A file passes all three functions; no other object calls one; each runs its own code as its runtime would."""

import ast
import io
import subprocess
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest

from hallmark.project import CLOUD_ASSEMBLY
from hallmark.stage import Stage
from hallmark.stage.embedded.runtime.interpreters import interpreter_of
from infra.merchant_upload.outputs import Output
from policies.engine.services.code import key_of
from tests.integration.merchant_upload.contract import MERCHANTS, file, new_id, row
from tests.support.waiting import wait_for

FUNCTIONS = (Output.API_HANDLER_ARN, Output.VALIDATION_ARN, Output.ANOMALY_DETECTION_ARN)
RUNTIME, VERSION = "python3.9", (3, 9)
# Of an object that no form asked for; its key may hold anything, so it is not logged.
NOT_ASKED_FOR = "an object that no form asked for"
ELSEWHERE = ("other/{}.csv", "uploads/{}.CSV", "uploads/{}.txt", "Uploads/{}.csv", "{}.csv")


@pytest.mark.control("MU_FN_THREE")
def test_one_file_passes_the_three_functions(stage: Stage, merchant: Any) -> None:
    client, name = merchant(MERCHANTS[0]), new_id()
    form = client.send(file([row(name, merchant_category="gambling")]))
    assert client.ended(form["uploadId"])["stored"] == 1
    assert client.status(name).json()["status"] == "flagged"
    listed = stage.client("lambda").list_functions()["Functions"]
    own = {one["FunctionArn"] for one in listed if "-merchant-upload-" in one["FunctionName"]}
    assert {arn for arn in own if arn.endswith(f"-{stage.name}")} == {stage.outputs[one] for one in FUNCTIONS}


@pytest.mark.control("MU_BUCKET_EVENTS")
def test_only_objects_below_uploads_that_end_with_csv_call_a_function(stage: Stage) -> None:
    before, name = _taken(stage), uuid.uuid4().hex
    for key in (*(key.format(name) for key in ELSEWHERE), f"uploads/{name}.csv"):
        stage.client("s3").put_object(
            Bucket=stage.outputs[Output.FILES_BUCKET], Key=key, Body=b"", ServerSideEncryption="aws:kms"
        )
    wait_for(lambda: _taken(stage) > before, "the call for the last object")
    assert _taken(stage) == before + 1


def _taken(stage: Stage) -> int:
    group = f"/aws/lambda/{stage.outputs[Output.VALIDATION_ARN].rpartition(':')[2]}"
    pages = stage.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return sum(NOT_ASKED_FOR in event["message"] for page in pages for event in page["events"])


@pytest.mark.control("MU_FN_RUNTIME")
@pytest.mark.parametrize("output", FUNCTIONS)
def test_a_function_s_archive_is_code_of_python_3_9_that_its_runtime_can_import(
    stage: Stage, output: Output, tmp_path: Path
) -> None:
    config = stage.client("lambda").get_function_configuration(FunctionName=stage.outputs[output])
    assert (config["Runtime"], config["Architectures"]) == (RUNTIME, ["arm64"])
    archive = CLOUD_ASSEMBLY / f"asset.{key_of(config['CodeSha256'])}.zip"
    with zipfile.ZipFile(io.BytesIO(archive.read_bytes())) as packed:
        packed.extractall(tmp_path)
    modules = list(tmp_path.rglob("*.py"))
    assert modules
    for module in modules:
        ast.parse(module.read_bytes(), feature_version=VERSION)
    found, (handler, _, name) = interpreter_of(RUNTIME), config["Handler"].rpartition(".")
    # Isolated: nothing of this checkout, nothing that a user has installed.
    program = f"import sys; sys.path[:0] = sys.argv[1:]; import {handler} as index; print(callable(index.{name}))"
    done = subprocess.run(
        [found.program, "-I", "-c", program, str(tmp_path), found.packages],
        env={**config["Environment"]["Variables"], "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "True", done.stderr
