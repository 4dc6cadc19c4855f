"""What each role of merchant_upload may do, and one call of each kind that it may not."""

from tests.support.rights import (
    Call,
    Json,
    alert,
    delete,
    get,
    get_together,
    make_group,
    open_stream,
    put,
    put_together,
    query,
    send,
    update,
    write_log,
)

TABLE, INDEX, BUCKET = "{TransactionsTable}", "{CardIndex}", "{FilesBucket}"
KEY: Json = {"transaction_id": {"S": "trial"}, "timestamp": {"N": "0"}}
OBJECT, KMS = "uploads/trial.csv", "aws:kms"
CUSTOMER_KEY = "arn:aws:kms:us-east-1:{account}:key/11111111-2222-3333-4444-555555555555"
OWN_GROUP, OTHER_GROUP = (f"/aws/lambda/lambda-merchant-upload-{{{who}}}-{{stage}}" for who in ("role", "other"))
VALIDATION_FAILURES, ANOMALY_FAILURES = "{ValidationFailureQueueUrl}", "{AnomalyFailureQueueUrl}"


def upload(key: str = OBJECT, clear: bool = False, **more: str) -> Call:
    """Replace an object that is not there."""
    request = {"Bucket": BUCKET, "Key": key, "Body": b"", "IfMatch": '"0"', **more}
    return Call("s3:PutObject", "put_object", request, "NoSuchKey", clear)


def version(action: str, key: str = OBJECT, clear: bool = False) -> Call:
    """Read or delete a version that is not there."""
    operation, code = ("get_object", "NoSuchVersion") if action == "GetObject" else ("delete_object", None)
    request = {"Bucket": BUCKET, "Key": key, "VersionId": "00000000-0000-0000-0000-000000000000"}
    return Call(f"s3:{action}Version", operation, request, code, clear)


def current(action: str) -> Call:
    """Read or delete an object, whichever version it has."""
    operation = "get_object" if action == "GetObject" else "delete_object"
    return Call(f"s3:{action}", operation, {"Bucket": BUCKET, "Key": OBJECT})


def of_card(index: str = INDEX) -> Call:
    """Read what the index has of a card."""
    found = query(TABLE, "cardKey")
    return Call(found.action, found.operation, {**found.arguments, "IndexName": index})


# Lambda reads the stream with its reader's role; the emulator judges that, and by no ARN who reads it directly.
STREAM = Call("dynamodb:DescribeStream", "describe_stream", {"StreamArn": "{Stream}"}, api="dynamodbstreams")
BASIC = [open_stream(OWN_GROUP), write_log(OWN_GROUP)]
ITEMS = [put(TABLE, KEY), update(TABLE, KEY), put_together((TABLE, KEY))]

ALLOWED: dict[str, list[Call]] = {
    "api-handler": [
        *BASIC,
        upload(ServerSideEncryption=KMS),
        put(TABLE, KEY),
        get(TABLE, KEY),
        query(TABLE, "transaction_id"),
    ],
    "validation": [
        *BASIC,
        get(TABLE, KEY),
        *ITEMS,
        version("GetObject"),
        version("DeleteObject"),
        send(VALIDATION_FAILURES),
    ],
    "anomaly-detection": [
        *BASIC,
        get_together(TABLE, KEY),
        *ITEMS,
        of_card(),
        alert("{AlertsTopicArn}"),
        send(ANOMALY_FAILURES),
    ],
}

EVERYBODY = {
    "a log group of its own making": make_group("/aws/lambda/trial"),
    "its own log group once more": make_group(OWN_GROUP),
    "a log group of others": open_stream(OTHER_GROUP),
    "the lines of others": write_log(OTHER_GROUP),
    "a table's items": Call("dynamodb:Scan", "scan", {"TableName": TABLE}),
    "an item's end": delete(TABLE, KEY),
    "many items at once": Call(
        "dynamodb:BatchWriteItem", "batch_write_item", {"RequestItems": {TABLE: [{"DeleteRequest": {"Key": KEY}}]}}
    ),
    "the table's end": Call("dynamodb:DeleteTable", "delete_table", {"TableName": TABLE}),
    "an object, whichever version": current("GetObject"),
    "an object's end": current("DeleteObject"),
    "the objects' names": Call("s3:ListBucket", "list_objects_v2", {"Bucket": BUCKET}),
    "the versions' names": Call("s3:ListBucketVersions", "list_object_versions", {"Bucket": BUCKET}),
    "a file beside uploads": upload("trial.csv", ServerSideEncryption=KMS),
    "a message out of a queue": Call("sqs:ReceiveMessage", "receive_message", {"QueueUrl": VALIDATION_FAILURES}),
    "an alarm": alert("{AlarmsTopicArn}"),
    "a function": Call("lambda:InvokeFunction", "invoke", {"FunctionName": "{ValidationArn}"}),
    "its own rights": Call("iam:GetRole", "get_role", {"RoleName": "role-merchant-upload-{role}-{stage}"}),
}
FORBIDDEN: dict[str, dict[str, Call]] = {
    "api-handler": {
        **EVERYBODY,
        "a change of what is recorded": update(TABLE, KEY),
        "what a card did": of_card(),
        "a form under S3's own key": upload(ServerSideEncryption="AES256"),
        "a form under a customer's key": upload(ServerSideEncryption=KMS, SSEKMSKeyId=CUSTOMER_KEY),
        "a form in clear": upload(clear=True, ServerSideEncryption=KMS),
        "a version of a file": version("GetObject"),
        "an alert": alert("{AlertsTopicArn}"),
        "a message": send(VALIDATION_FAILURES),
    },
    "validation": {
        **EVERYBODY,
        "all items of an id": query(TABLE, "transaction_id"),
        "what a card did": of_card(),
        "a file": upload(ServerSideEncryption=KMS),
        "a version beside uploads": version("GetObject", "trial.csv"),
        "the end of a version beside uploads": version("DeleteObject", "trial.csv"),
        "a version in clear": version("GetObject", clear=True),
        "an alert": alert("{AlertsTopicArn}"),
        "a message to the stream's queue": send(ANOMALY_FAILURES),
        "the stream": STREAM,
    },
    "anomaly-detection": {
        **EVERYBODY,
        "one item": get(TABLE, KEY),
        "all items of an id": query(TABLE, "transaction_id"),
        "a file": upload(ServerSideEncryption=KMS),
        "a version of a file": version("GetObject"),
        "the end of a version": version("DeleteObject"),
        "an alert in clear": alert("{AlertsTopicArn}", clear=True),
        "a message to the files' queue": send(VALIDATION_FAILURES),
    },
}
