"""What each role of merchant_upload may do, and one call of each kind that it may not."""

from tests.support.rights import (
    Call,
    Files,
    Json,
    alert,
    at_once,
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

TABLE, INDEX = "{TransactionsTable}", "{CardIndex}"
KEY: Json = {"transaction_id": {"S": "trial"}, "timestamp": {"N": "0"}}
FILES, KMS = Files("{FilesBucket}", "uploads/trial.csv"), "aws:kms"
CUSTOMER_KEY = "arn:aws:kms:us-east-1:{account}:key/11111111-2222-3333-4444-555555555555"
OWN_GROUP, OTHER_GROUP = (f"/aws/lambda/lambda-merchant-upload-{{{who}}}-{{stage}}" for who in ("role", "other"))
VALIDATION_FAILURES, ANOMALY_FAILURES = "{ValidationFailureQueueUrl}", "{AnomalyFailureQueueUrl}"

# What a card did.
OF_CARD = query(TABLE, "cardKey", INDEX)
# Lambda reads the stream with its reader's role; the emulator judges that, and by no ARN who reads it directly.
STREAM = Call("dynamodb:DescribeStream", "describe_stream", {"StreamArn": "{Stream}"}, api="dynamodbstreams")
BASIC = [open_stream(OWN_GROUP), write_log(OWN_GROUP)]
ITEMS = [put(TABLE, KEY), update(TABLE, KEY), put_together((TABLE, KEY))]

ALLOWED: dict[str, list[Call]] = {
    "api-handler": [
        *BASIC,
        FILES.put(ServerSideEncryption=KMS),
        put(TABLE, KEY),
        get(TABLE, KEY),
        query(TABLE, "transaction_id"),
    ],
    "validation": [
        *BASIC,
        get(TABLE, KEY),
        *ITEMS,
        FILES.version("GetObject"),
        FILES.version("DeleteObject"),
        send(VALIDATION_FAILURES),
    ],
    "anomaly-detection": [
        *BASIC,
        get_together(TABLE, KEY),
        *ITEMS,
        OF_CARD,
        alert("{AlertsTopicArn}"),
        send(ANOMALY_FAILURES),
    ],
}

EVERYBODY = {
    "a log group of its own making": make_group("/aws/lambda/trial"),
    "its own log group once more": make_group(OWN_GROUP),
    "a log group of others": open_stream(OTHER_GROUP),
    "the lines of others": write_log(OTHER_GROUP),
    **at_once(TABLE, KEY),
    "an object, whichever version": FILES.current("GetObject"),
    "an object's end": FILES.current("DeleteObject"),
    **FILES.listed(),
    "a file beside uploads": FILES.put("trial.csv", ServerSideEncryption=KMS),
    "a message out of a queue": Call("sqs:ReceiveMessage", "receive_message", {"QueueUrl": VALIDATION_FAILURES}),
    "an alarm": alert("{AlarmsTopicArn}"),
    "a function": Call("lambda:InvokeFunction", "invoke", {"FunctionName": "{ValidationArn}"}),
    "its own rights": Call("iam:GetRole", "get_role", {"RoleName": "role-merchant-upload-{role}-{stage}"}),
}
FORBIDDEN: dict[str, dict[str, Call]] = {
    "api-handler": {
        **EVERYBODY,
        "a change of what is recorded": update(TABLE, KEY),
        "what a card did": OF_CARD,
        "a form under S3's own key": FILES.put(ServerSideEncryption="AES256"),
        "a form under a customer's key": FILES.put(ServerSideEncryption=KMS, SSEKMSKeyId=CUSTOMER_KEY),
        "a form in clear": FILES.put(clear=True, ServerSideEncryption=KMS),
        "a version of a file": FILES.version("GetObject"),
        "an alert": alert("{AlertsTopicArn}"),
        "a message": send(VALIDATION_FAILURES),
    },
    "validation": {
        **EVERYBODY,
        "all items of an id": query(TABLE, "transaction_id"),
        "what a card did": OF_CARD,
        "a file": FILES.put(ServerSideEncryption=KMS),
        "a version beside uploads": FILES.version("GetObject", "trial.csv"),
        "the end of a version beside uploads": FILES.version("DeleteObject", "trial.csv"),
        "a version in clear": FILES.version("GetObject", clear=True),
        "an alert": alert("{AlertsTopicArn}"),
        "a message to the stream's queue": send(ANOMALY_FAILURES),
        "the stream": STREAM,
    },
    "anomaly-detection": {
        **EVERYBODY,
        "one item": get(TABLE, KEY),
        "all items of an id": query(TABLE, "transaction_id"),
        "a file": FILES.put(ServerSideEncryption=KMS),
        "a version of a file": FILES.version("GetObject"),
        "the end of a version": FILES.version("DeleteObject"),
        "an alert in clear": alert("{AlertsTopicArn}", clear=True),
        "a message to the files' queue": send(VALIDATION_FAILURES),
    },
}
