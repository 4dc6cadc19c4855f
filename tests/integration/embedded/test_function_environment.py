"""A function's process has Lambda's variables and the function's own, and none of the machine's."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

LAMBDAS_OWN = {
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_XRAY_CONTEXT_MISSING",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "PATH",
    "TZ",
    "_HANDLER",
}
# The emulator's address, the folder by which it knows its processes, and what its Node.js part reads.
EMULATORS = {
    "nodejs18.x": {
        *("AWS_ENDPOINT_URL", "AWS_DISABLE_HOST_PREFIX_INJECTION", "TMPDIR"),
        *("_LAMBDA_FUNCTION_ARN", "_LAMBDA_TIMEOUT", "_MINISTACK_INVOKE_DEPTH"),
    },
    "python3.9": {"AWS_ENDPOINT_URL", "AWS_DISABLE_HOST_PREFIX_INJECTION", "TMPDIR", "LAMBDA_RUNTIME_DIR"},
}
SOURCES = {
    "nodejs18.x": ("index.js", "exports.handler = async () => process.env;"),
    "python3.9": ("index.py", "import os\ndef handler(event, context):\n    return dict(os.environ)\n"),
}


@pytest.mark.parametrize("runtime", SOURCES)
def test_the_environment_is_lambdas_and_the_functions_own(
    client: Callable[[str], Any], unique: str, role: str, runtime: str
) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr(*SOURCES[runtime])
    client("lambda").create_function(
        FunctionName=unique,
        Runtime=runtime,
        Role=role,
        Handler="index.handler",
        MemorySize=256,
        Code={"ZipFile": archive.getvalue()},
        Environment={"Variables": {"OWN": "value"}},
    )
    found = json.loads(client("lambda").invoke(FunctionName=unique)["Payload"].read())
    assert set(found) == LAMBDAS_OWN | EMULATORS[runtime] | {"OWN"}
    told = {
        "OWN": "value",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_NAME": unique,
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{unique}",
        "AWS_REGION": "eu-central-1",
        "TZ": ":UTC",
        "_HANDLER": "index.handler",
    }
    assert {name: found[name] for name in told} == told
