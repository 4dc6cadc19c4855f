"""What each role of bank_upload may do, and one call of each kind that it may not."""

from tests.support.rights import (
    Call,
    Files,
    Json,
    alert,
    at_once,
    get,
    make_group,
    open_stream,
    put,
    put_together,
    query,
    send,
    update,
    write_log,
)

STATUS, ROWS = "{StatusTable}", "{TransactionsTable}"
STATUS_KEY: Json = {"uploadId": {"S": "trial"}, "part": {"S": "trial"}}
ROW_KEY: Json = {"transactionKey": {"S": "trial"}}
FILES, KMS = Files("{FilesBucket}", "uploads/trial"), "aws:kms"
CUSTOMER_KEY = "arn:aws:kms:us-east-1:{account}:key/11111111-2222-3333-4444-555555555555"
OWN_GROUP, OTHER_GROUP = (f"/aws/lambda/lambda-bank-upload-{{{who}}}-{{stage}}" for who in ("role", "other"))
EVENT_FAILURES, UPLOAD_FAILURES = "{EventFailureQueueUrl}", "{UploadFailureQueueUrl}"
RESULTS, ALARMS = "{ResultsTopicArn}", "{AlarmsTopicArn}"
FUNCTIONS = ("{ValidationArn}", "{TransformationArn}", "{NotificationArn}")
IMAGES = "ecr-bank-upload-validation-{stage}"


def invoke(function: str) -> Call:
    """Ask whether a function may be called, and do not call it."""
    return Call("lambda:InvokeFunction", "invoke", {"FunctionName": function, "InvocationType": "DryRun"})


def start(machine: str) -> Call:
    """Start an execution with an input that no machine takes."""
    request = {"stateMachineArn": machine, "input": "no json"}
    return Call("states:StartExecution", "start_execution", request, "InvalidExecutionInput", api="stepfunctions")


BASIC = [open_stream(OWN_GROUP), write_log(OWN_GROUP)]

ALLOWED: dict[str, list[Call]] = {
    "validation": [
        *BASIC,
        FILES.put(ServerSideEncryption=KMS),
        FILES.current("GetObject"),
        FILES.version("GetObject"),
        get(STATUS, STATUS_KEY),
        put(STATUS, STATUS_KEY),
        update(STATUS, STATUS_KEY),
    ],
    "transformation": [
        *BASIC,
        FILES.version("GetObject"),
        put_together((ROWS, ROW_KEY)),
        update(STATUS, STATUS_KEY),
    ],
    "notification": [
        *BASIC,
        query(STATUS, "uploadId"),
        update(STATUS, STATUS_KEY),
        alert(RESULTS),
    ],
    "uploads": [
        *map(invoke, FUNCTIONS),
        send(UPLOAD_FAILURES),
        update(STATUS, STATUS_KEY),
        alert(RESULTS),
        Call("logs:DescribeLogGroups", "describe_log_groups", {}),
        Call("logs:DescribeResourcePolicies", "describe_resource_policies", {}),
    ],
    "object-created": [start("{WorkflowArn}")],
}

EVERYBODY = {
    "a log group of its own making": make_group("/aws/lambda/trial"),
    "its own log group once more": make_group(OWN_GROUP),
    "a log group of others": open_stream(OTHER_GROUP),
    "the lines of others": write_log(OTHER_GROUP),
    **at_once(STATUS, STATUS_KEY),
    **at_once(ROWS, ROW_KEY),
    "a row": get(ROWS, ROW_KEY),
    "another row in its place": update(ROWS, ROW_KEY),
    "a bank's uploads": query(STATUS, "bank", "bank-time"),
    "a bank's day": query(ROWS, "bankDay", "bank-day-time"),
    "an object's end": FILES.current("DeleteObject"),
    "a version's end": FILES.version("DeleteObject"),
    **FILES.listed(),
    "the bucket's policy": Call("s3:PutBucketPolicy", "put_bucket_policy", {"Bucket": FILES.bucket, "Policy": "{{}}"}),
    "a file beside uploads": FILES.put("trial.csv", ServerSideEncryption=KMS),
    "a version beside uploads": FILES.version("GetObject", "trial.csv"),
    "a letter out of a queue": Call("sqs:ReceiveMessage", "receive_message", {"QueueUrl": UPLOAD_FAILURES}),
    "a message to the rule's queue": send(EVENT_FAILURES),
    "an alarm": alert(ALARMS),
    "a function of others": invoke("lambda-bank-upload-other-{stage}"),
    "a function's code": Call("lambda:GetFunction", "get_function", {"FunctionName": FUNCTIONS[0]}),
    "another machine": start("{WorkflowArn}-other"),
    "the machine's definition": Call(
        "states:DescribeStateMachine",
        "describe_state_machine",
        {"stateMachineArn": "{WorkflowArn}"},
        api="stepfunctions",
    ),
    "an image": Call(
        "ecr:BatchGetImage", "batch_get_image", {"repositoryName": IMAGES, "imageIds": [{"imageTag": "trial"}]}
    ),
    "its own rights": Call("iam:GetRole", "get_role", {"RoleName": "role-bank-upload-{role}-{stage}"}),
}
_NO_CALLS = dict(zip(("the first function", "the second", "the third"), map(invoke, FUNCTIONS), strict=True))
FUNCTION = {**EVERYBODY, **_NO_CALLS, "the machine": start("{WorkflowArn}"), "a letter": send(UPLOAD_FAILURES)}
NO_FILES = {
    "a file": FILES.put(ServerSideEncryption=KMS),
    "an object": FILES.current("GetObject"),
    "a version": FILES.version("GetObject"),
}
NO_ROWS = {"a new row": put(ROWS, ROW_KEY), "new rows": put_together((ROWS, ROW_KEY))}
FORBIDDEN: dict[str, dict[str, Call]] = {
    "validation": {
        **FUNCTION,
        **NO_ROWS,
        "a file under S3's own key": FILES.put(ServerSideEncryption="AES256"),
        "a file under a customer's key": FILES.put(ServerSideEncryption=KMS, SSEKMSKeyId=CUSTOMER_KEY),
        "a file in clear": FILES.put(clear=True, ServerSideEncryption=KMS),
        "a version in clear": FILES.version("GetObject", clear=True),
        "all parts of an upload": query(STATUS, "uploadId"),
        "a result": alert(RESULTS),
    },
    "transformation": {
        **FUNCTION,
        "a file": FILES.put(ServerSideEncryption=KMS),
        "whichever version": FILES.current("GetObject"),
        "a version in clear": FILES.version("GetObject", clear=True),
        "an upload": get(STATUS, STATUS_KEY),
        "all parts of an upload": query(STATUS, "uploadId"),
        "an upload in the place of another": put(STATUS, STATUS_KEY),
        "a result": alert(RESULTS),
    },
    "notification": {
        **FUNCTION,
        **NO_FILES,
        **NO_ROWS,
        "one part of an upload": get(STATUS, STATUS_KEY),
        "an upload in the place of another": put(STATUS, STATUS_KEY),
        "a result in clear": alert(RESULTS, clear=True),
    },
    "uploads": {
        **EVERYBODY,
        **NO_FILES,
        **NO_ROWS,
        "itself": start("{WorkflowArn}"),
        "an upload": get(STATUS, STATUS_KEY),
        "an upload in the place of another": put(STATUS, STATUS_KEY),
        "a letter in clear": send(UPLOAD_FAILURES, clear=True),
        "a result in clear": alert(RESULTS, clear=True),
    },
    "object-created": {
        **EVERYBODY,
        **NO_FILES,
        **NO_ROWS,
        **_NO_CALLS,
        "a letter": send(UPLOAD_FAILURES),
        "an upload": get(STATUS, STATUS_KEY),
        "a change of an upload": update(STATUS, STATUS_KEY),
        "a result": alert(RESULTS),
    },
}
