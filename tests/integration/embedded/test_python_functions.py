"""Python functions run as on Lambda: packages, log, errors; what one asks of AWS is judged by its role."""

import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import archive
import bundle_wheels
import pytest
import urllib3

from hallmark.project import PYTHON_RUNTIMES
from hallmark.stage.embedded import ACCOUNT, stage_of
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.runtime.interpreters import interpreter_of
from tests.support.policy_statements import allow

Client = Callable[[str], Any]
Invoke = Callable[..., tuple[Any, str | None]]
HANDLER = """
import json, logging, os, sys, time
from importlib.util import find_spec

print("imported")
logger = logging.getLogger("own")

def handler(event, context):
    print(json.dumps({"mark": event.get("mark"), "text": "a\\u2028b"}, ensure_ascii=False))
    logging.getLogger().setLevel(event.get("level", "WARNING"))
    logger.info("as it is\\nin two lines")
    if event.get("raise"):
        deep(event["raise"])
    if event.get("exit"):
        sys.exit(3)
    if event.get("hang"):
        time.sleep(60)
    if event.get("set"):
        return {1}
    return {
        "pid": os.getpid(),
        "version": list(sys.version_info[:2]),
        "found": [name for name in event.get("find", []) if find_spec(name)],
        "remaining": context.get_remaining_time_in_millis(),
        "context": [context.function_name, context.memory_limit_in_mb, context.aws_request_id, context.log_group_name],
        "read": sys.stdin.read(),
        "encoding": open(__file__).encoding,
        "held": len(bytearray(event.get("hold", 0) << 20)),
    }

def deep(text):
    raise ValueError(text)
"""


def _zip(**sources: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for name, source in sources.items():
            files.writestr(f"{name}.py", source)
    return archive.getvalue()


@pytest.fixture
def invoke(client: Client, unique: str, role: str) -> Invoke:
    """Create the test's function at the first call, and invoke it; returns its answer and the kind of its failure."""
    created = []

    def call(event: Any, source: str = HANDLER, handler: str = "handler.handler") -> tuple[Any, str | None]:
        if not created:
            created.append(unique)
            client("lambda").create_function(
                FunctionName=unique,
                Runtime="python3.9",
                Role=role,
                Handler=handler,
                Timeout=5,
                Code={"ZipFile": _zip(handler=source)},
            )
        answer = client("lambda").invoke(FunctionName=unique, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read()), answer.get("FunctionError")

    return call


def _line(text: str) -> int:
    """The number of the handler's line that begins with a text."""
    return next(number for number, line in enumerate(HANDLER.splitlines(), 1) if line.strip().startswith(text))


def _log(client: Client, function: str) -> list[str]:
    events = client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    return [event["message"] for event in events]


def test_a_handler_gets_its_context_and_utf_8(invoke: Invoke, unique: str) -> None:
    answer, error = invoke({})
    assert error is None
    assert answer["context"][:2] == [unique, "128"]
    assert answer["context"][3] == f"/aws/lambda/{unique}"
    assert 0 < answer["remaining"] <= 5000
    assert answer["read"] == ""
    assert answer["encoding"].lower() == "utf-8"


def test_a_function_finds_boto3_and_neither_the_project_nor_the_emulator(invoke: Invoke) -> None:
    answer, _ = invoke(
        {"find": ["boto3", "botocore", "dateutil", "hallmark", "infra", "ministack", "pytest", "psutil"]}
    )
    assert answer["found"] == ["boto3", "botocore", "dateutil"]


def test_the_interpreter_is_the_runtimes_or_the_projects(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    answer, _ = invoke({})
    found = interpreter_of("python3.9").program
    assert answer["version"] == ([*sys.version_info[:2]] if found == sys.executable else [3, 9])


def test_logs_are_as_lambda_writes_them(invoke: Invoke, client: Client, unique: str) -> None:
    request = invoke({"mark": 1, "level": "INFO"})[0]["context"][2]
    lines = _log(client, unique)
    assert lines[1] == "imported"
    assert json.loads(lines[2]) == {"mark": 1, "text": "a\u2028b"}
    assert re.fullmatch(
        rf"\[INFO\]\t\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z\t{request}\tas it is\nin two lines", lines[3]
    )
    invoke({"level": "WARNING"})
    assert [line for line in _log(client, unique)[len(lines) :] if "INFO" in line] == []


def test_an_exception_is_told_and_logged_and_the_process_goes_on(invoke: Invoke, client: Client, unique: str) -> None:
    pid = invoke({})[0]["pid"]
    answer, error = invoke({"raise": "told to fail"})
    assert error == "Unhandled"
    assert (answer["errorType"], answer["errorMessage"]) == ("ValueError", "told to fail")
    assert [re.sub('"/.*/', '"', entry).splitlines()[0].strip() for entry in answer["stackTrace"]] == [
        f'File "handler.py", line {_line("deep(event")}, in handler',
        f'File "handler.py", line {_line("raise ValueError")}, in deep',
    ]
    (logged,) = [line for line in _log(client, unique) if line.startswith("[ERROR]")]
    assert logged.splitlines()[:2] == ["[ERROR] ValueError: told to fail", "Traceback (most recent call last):"]
    assert "raise ValueError(text)" in logged
    assert f"RequestId: {answer['requestId']}" in "\n".join(_log(client, unique))
    assert invoke({})[0]["pid"] == pid


def test_the_log_states_the_memory_of_the_functions_own_process(invoke: Invoke, client: Client, unique: str) -> None:
    def used() -> int:
        report = [line for line in _log(client, unique) if line.startswith("REPORT ")][-1]
        return int(re.findall(r"Max Memory Used: (\d+) MB", report)[0])

    invoke({})
    first = used()
    assert 5 < first < 100
    invoke({"hold": 200})
    assert first + 195 < used() < first + 230
    invoke({})
    assert first + 195 < used() < first + 230, "the most since the process began"


def test_an_input_that_is_too_deep_for_python_is_told_and_the_process_goes_on(
    invoke: Invoke, client: Client, unique: str
) -> None:
    pid = invoke({})[0]["pid"]
    answer = client("lambda").invoke(FunctionName=unique, Payload="[" * 3_000 + "]" * 3_000)
    told = json.loads(answer["Payload"].read())
    assert (told["errorType"], answer["FunctionError"]) == ("Runtime.UnmarshalError", "Unhandled")
    assert told["errorMessage"].startswith("Unable to unmarshal input: ")
    assert invoke({})[0]["pid"] == pid


@pytest.mark.parametrize(
    ("event", "words"),
    [({"exit": True}, "Runtime exited with error"), ({"hang": True}, "Task timed out after 5.00 seconds")],
)
def test_a_process_that_ends_or_hangs_is_replaced(invoke: Invoke, event: Any, words: str) -> None:
    pid = invoke({})[0]["pid"]
    answer, error = invoke(event)
    assert error
    assert words in answer["errorMessage"]
    assert invoke({})[0]["pid"] != pid


@pytest.mark.parametrize(
    ("source", "handler", "kind", "words"),
    [
        ("import nowhere", "handler.handler", "Runtime.ImportModuleError", "Unable to import module 'handler': No"),
        ("other = 1", "handler.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'handler'"),
        ("x = = 1", "handler.handler", "Runtime.UserCodeSyntaxError", "Syntax error in module 'handler'"),
        ("import os; os.environ['NO']", "handler.handler", "KeyError", "'NO'"),
        (HANDLER, "handler.handler", "Runtime.MarshalError", "Unable to marshal response: Object of type set is not"),
    ],
)
def test_what_cannot_be_run_is_told_by_lambdas_names(
    invoke: Invoke, source: str, handler: str, kind: str, words: str
) -> None:
    for _ in range(2):
        answer, error = invoke({"set": True}, source, handler)
        assert error
        assert answer["errorType"] == kind
        assert answer["errorMessage"].startswith(words)


IMPORTS = """
import sys
import boto3
{imports}

def handler(event, context):
    return {{"version": list(sys.version_info[:2]), "boto3": boto3.__version__}}
"""


@pytest.mark.parametrize("system", bundle_wheels.locks())
def test_the_wheels_of_a_lock_are_imported_with_the_runtimes_boto3(
    client: Client, unique: str, role: str, tmp_path: Path, system: str
) -> None:
    lock = bundle_wheels.locks()[system]
    runtime, wheels = f"python{bundle_wheels.python_of(lock)}", bundle_wheels.wheels_of(lock)
    bundle_wheels.unpack(wheels, tmp_path / "code")
    names = sorted(name for wheel in wheels for name in bundle_wheels.names_of(wheel))
    handler = IMPORTS.format(imports="\n".join(f"import {name}" for name in names))
    (tmp_path / "code/handler.py").write_text(handler)
    client("lambda").create_function(
        FunctionName=unique,
        Runtime=runtime,
        Role=role,
        Handler="handler.handler",
        Code={"ZipFile": archive.pack(tmp_path / "code").read_bytes()},
    )
    answer = client("lambda").invoke(FunctionName=unique)
    assert "FunctionError" not in answer, answer["Payload"].read()
    found = json.loads(answer["Payload"].read())
    expected = (PYTHON_RUNTIMES / runtime).glob("boto3-*.dist-info")
    assert [f"boto3-{found['boto3']}.dist-info"] == [path.name for path in expected]


API_HANDLER = """
import json, os
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

TABLE = boto3.resource("dynamodb").Table(os.environ["TABLE"])
S3 = boto3.client("s3", config=Config(signature_version="s3v4"))

def handler(event, context):
    identity = event["requestContext"]["identity"]
    name = json.loads(event["body"])["name"]
    try:
        TABLE.put_item(Item={"id": name}, ConditionExpression="attribute_not_exists(id)")
        TABLE.delete_item(Key={"id": name})
    except ClientError as error:
        refused = error.response["Error"]["Code"]
    form = S3.generate_presigned_post(
        os.environ["BUCKET"],
        "uploads/" + name,
        Fields={"Content-Type": "text/csv"},
        Conditions=[{"Content-Type": "text/csv"}, ["content-length-range", 1, 10]],
        ExpiresIn=60,
    )
    keys = {name: identity.get(name, "absent") for name in ("apiKey", "apiKeyId")}
    return {"statusCode": 201, "body": json.dumps({"refused": refused, "form": form, **keys})}
"""


def _method(open_to: str, key: bool) -> dict[str, Any]:
    uri = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"
    integration = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": {"Fn::Sub": uri}}
    properties = {
        "RestApiId": {"Ref": "Api"},
        "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
        "HttpMethod": open_to,
        "AuthorizationType": "NONE",
        "ApiKeyRequired": key,
        "Integration": integration,
    }
    return {"Type": "AWS::ApiGateway::Method", "Properties": properties}


def _resources(name: str, code: dict[str, str]) -> dict[str, Any]:
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})]}
    rights = [
        allow("logs:*", "*"),
        allow("dynamodb:PutItem", {"Fn::GetAtt": ["Table", "Arn"]}),
        allow("s3:PutObject", {"Fn::Sub": "${Bucket.Arn}/uploads/*"}),
    ]
    policies = [{"PolicyName": "own", "PolicyDocument": {"Statement": rights}}]
    function = {
        "FunctionName": name,
        "Runtime": "python3.9",
        "Handler": "handler.handler",
        "Timeout": 20,
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": code,
        "Environment": {"Variables": {"TABLE": {"Ref": "Table"}, "BUCKET": {"Ref": "Bucket"}}},
    }
    table = {
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    }
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "Function"},
        "Principal": "apigateway.amazonaws.com",
    }
    stage = {"RestApiId": {"Ref": "Api"}, "StageName": "test", "DeploymentId": {"Ref": "Deployment"}}
    plan = {"ApiStages": [{"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Stage"}}]}
    plan_key = {"KeyId": {"Ref": "Key"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": "Plan"}}
    gateway = "AWS::ApiGateway::"
    return {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"RoleName": name, "AssumeRolePolicyDocument": trust, "Policies": policies},
        },
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": table},
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"{name}-files"}},
        "Permission": {"Type": "AWS::Lambda::Permission", "Properties": permission},
        "Api": {"Type": f"{gateway}RestApi", "Properties": {"Name": name}},
        "Closed": _method("POST", key=True),
        "Open": _method("PUT", key=False),
        "Deployment": {
            "Type": f"{gateway}Deployment",
            "DependsOn": ["Closed", "Open"],
            "Properties": {"RestApiId": {"Ref": "Api"}},
        },
        "Stage": {"Type": f"{gateway}Stage", "Properties": stage},
        "Key": {"Type": f"{gateway}ApiKey", "Properties": {"Enabled": True, "Name": name}},
        "Plan": {"Type": f"{gateway}UsagePlan", "Properties": plan},
        "PlanKey": {"Type": f"{gateway}UsagePlanKey", "Properties": plan_key},
    }


def _post(form: dict[str, Any], content: bytes, **fields: str) -> int:
    sent = {**form["fields"], **fields, "file": ("any.csv", content)}
    return urllib3.request("POST", form["url"], fields=sent).status


def test_a_python_function_behind_an_api_writes_and_signs_with_its_role(
    running_emulator: Emulator, client: Client, unique: str, stack: Any
) -> None:
    client("s3").create_bucket(
        Bucket=f"{unique}-code", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    client("s3").put_object(Bucket=f"{unique}-code", Key="code.zip", Body=_zip(handler=API_HANDLER))
    ids = stack(_resources(unique, {"S3Bucket": f"{unique}-code", "S3Key": "code.zip"}))
    key = client("apigateway").get_api_key(apiKey=ids["Key"], includeValue=True)["value"]
    url = f"{running_emulator.endpoint}/_aws/execute-api/{ids['Api']}/test/"
    call = {"headers": {"x-api-key": key}}
    before = stage_of(running_emulator, "realtime", "dev").usage() or {}
    answer = urllib3.request("POST", url, body=b'{"name": "a.csv"}', **call)
    assert answer.status == 201
    body = answer.json()
    assert (body["apiKey"], body["apiKeyId"]) == (key, ids["Key"])
    assert body["refused"] == "AccessDeniedException", "the role may put, not delete"
    assert client("dynamodb").scan(TableName=ids["Table"])["Items"] == [{"id": {"S": "a.csv"}}]
    form = body["form"]
    assert form["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert f"/{ACCOUNT}/" not in form["fields"]["x-amz-credential"]
    after = stage_of(running_emulator, "realtime", "dev").usage() or {}
    assert after["calls:dynamodb:DeleteItem"] > before.get("calls:dynamodb:DeleteItem", 0), "Python's SDK in a function"
    assert _post(form, b"1,2\n") == 204
    assert client("s3").get_object(Bucket=ids["Bucket"], Key="uploads/a.csv")["Body"].read() == b"1,2\n"
    assert _post(form, b"12345678901") == 400, "too large"
    assert _post(form, b"1", key="uploads/b.csv") == 403
    assert _post(form, b"1", **{"Content-Type": "text/html"}) == 403
    without = urllib3.request("PUT", url, body=b'{"name": "b.csv"}', **call).json()
    assert (without["apiKey"], without["apiKeyId"]) == ("absent", "absent"), "nobody asked for the key that came along"
