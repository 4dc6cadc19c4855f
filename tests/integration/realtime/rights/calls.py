"""What each role of realtime may do, and one call of each kind that it may not."""

from tests.support.rights import (
    Call,
    alert,
    delete,
    get,
    make_group,
    open_stream,
    put,
    put_together,
    query,
    send,
    write_log,
)

AUDIT_KEY = {"transactionId": {"S": "trial"}, "ts": {"S": "trial"}}
TRANSACTION_KEY = {"accountId": {"S": "trial"}, "ts": {"S": "trial"}}
RULE_KEY = {"ruleId": {"S": "trial"}, "version": {"N": "1"}}
OBJECT, KMS = "processed/trial", "aws:kms"
CUSTOMER_KEY = "arn:aws:kms:eu-central-1:{account}:key/11111111-2222-3333-4444-555555555555"
GROUP = "/aws/lambda/realtime-{function}-{stage}"


def publish(*entries: tuple[str, str, str]) -> Call:
    """Put events (bus, source, detail type) that are no JSON."""
    keys = ("EventBusName", "Source", "DetailType", "Detail")
    request = {"Entries": [dict(zip(keys, (*entry, "-"), strict=True)) for entry in entries]}
    return Call("events:PutEvents", "put_events", request)


def upload(key: str = OBJECT, bucket: str = "{ProcessedBucket}", clear: bool = False, **more: str) -> Call:
    """Replace an object that is not there."""
    request = {"Bucket": bucket, "Key": key, "Body": b"", "IfMatch": '"0"', **more}
    return Call("s3:PutObject", "put_object", request, "NoSuchKey", clear)


OURS, RECEIVED, SUSPECTED = "hallmark.realtime", "TransactionReceived", "FraudSuspected"
RESULT = ("{AuditBus}", "lambda", "Lambda Function Invocation Result - Success")
RECEIVED_EVENT = ("{TransactionBus}", OURS, RECEIVED)
# The rights of every function; the two of X-Ray cannot be tried where there is none.
OWN_GROUP = GROUP.replace("{function}", "{role}")
BASIC = [open_stream(OWN_GROUP), write_log(OWN_GROUP), publish(RESULT), send("{FailureQueueUrl}")]

ALLOWED: dict[str, list[Call]] = {
    "ingest_processor": [
        *BASIC,
        query("{TransactionsTable}", "accountId"),
        put_together(("{TransactionsTable}", TRANSACTION_KEY), ("{AuditLogsTable}", AUDIT_KEY)),
        publish(RECEIVED_EVENT),
    ],
    "fraud_detector": [
        *BASIC,
        query("{RulesTable}", "ruleId"),
        put("{AuditLogsTable}", AUDIT_KEY),
        upload(ServerSideEncryption=KMS),
        publish(("{SystemBus}", OURS, SUSPECTED)),
    ],
    "notifier": [
        *BASIC,
        get("{AuditLogsTable}", AUDIT_KEY),
        put("{AuditLogsTable}", AUDIT_KEY),
        alert("{AlertTopicArn}"),
    ],
    "audit-forwarder": [publish(("{AuditBus}", OURS, RECEIVED))],
}

EVERYBODY = {
    "a log group of its own making": make_group("/aws/lambda/trial"),
    "its own log group once more": make_group(OWN_GROUP),
    "a log group of others": open_stream(GROUP.replace("{function}", "{other}")),
    "the lines of others": write_log(GROUP.replace("{function}", "{other}")),
    "another queue": send("{BufferQueueUrl}"),
    "a message out of the queue": Call("sqs:ReceiveMessage", "receive_message", {"QueueUrl": "{FailureQueueUrl}"}),
    "the failure queue in clear": send("{FailureQueueUrl}", clear=True),
    "the default bus": publish(("default", OURS, RECEIVED)),
    "another topic": alert("{AlarmTopic}"),
    "an object": Call("s3:GetObject", "get_object", {"Bucket": "{ProcessedBucket}", "Key": OBJECT}),
    "the objects' names": Call("s3:ListBucket", "list_objects_v2", {"Bucket": "{ProcessedBucket}"}),
    "an object's end": Call("s3:DeleteObject", "delete_object", {"Bucket": "{ProcessedBucket}", "Key": OBJECT}),
    "a table's items": Call("dynamodb:Scan", "scan", {"TableName": "{AuditLogsTable}"}),
    "an item's end": delete("{AuditLogsTable}", AUDIT_KEY),
    "an item's change": Call("dynamodb:UpdateItem", "update_item", {"TableName": "{AuditLogsTable}", "Key": AUDIT_KEY}),
    "a new rule": put("{RulesTable}", RULE_KEY),
    "its own function": Call("lambda:InvokeFunction", "invoke", {"FunctionName": "{NotifierArn}"}),
    "its own rights": Call("iam:GetRole", "get_role", {"RoleName": "realtime-{role}-{stage}"}),
}
FORBIDDEN: dict[str, dict[str, Call]] = {
    "ingest_processor": {
        **EVERYBODY,
        "another table": query("{RulesTable}", "ruleId"),
        "one transaction": get("{TransactionsTable}", TRANSACTION_KEY),
        "a record alone": put("{AuditLogsTable}", AUDIT_KEY),
        "a transaction alone": put("{TransactionsTable}", TRANSACTION_KEY),
        "a rule in a transaction": put_together(("{TransactionsTable}", TRANSACTION_KEY), ("{RulesTable}", RULE_KEY)),
        "another bus": publish(("{SystemBus}", OURS, RECEIVED)),
        "another source": publish(("{TransactionBus}", "hallmark.other", RECEIVED)),
        "another detail type": publish(("{TransactionBus}", OURS, SUSPECTED)),
        "one strange event among others": publish(RECEIVED_EVENT, ("{TransactionBus}", "hallmark.other", RECEIVED)),
        "a second bus in one request": publish(RECEIVED_EVENT, ("{SystemBus}", OURS, RECEIVED)),
        "an upload": upload(ServerSideEncryption=KMS),
        "an alert": alert("{AlertTopicArn}"),
    },
    "fraud_detector": {
        **EVERYBODY,
        "one version of a rule": get("{RulesTable}", RULE_KEY),
        "another table": query("{TransactionsTable}", "accountId"),
        "another bus": publish(RECEIVED_EVENT),
        "another source": publish(("{SystemBus}", "hallmark.other", SUSPECTED)),
        "another detail type": publish(("{SystemBus}", OURS, RECEIVED)),
        "another prefix": upload("raw/trial", ServerSideEncryption=KMS),
        "another bucket": upload(bucket="cdk-hnb659fds-assets-{account}-eu-central-1", ServerSideEncryption=KMS),
        "an upload in clear": upload(clear=True, ServerSideEncryption=KMS),
        "an upload without the header": upload(),
        "an upload under S3's own key": upload(ServerSideEncryption="AES256"),
        "an upload under a customer's key": upload(ServerSideEncryption=KMS, SSEKMSKeyId=CUSTOMER_KEY),
        "an alert": alert("{AlertTopicArn}"),
    },
    "notifier": {
        **EVERYBODY,
        "all records of a transaction": query("{AuditLogsTable}", "transactionId"),
        "another table": get("{TransactionsTable}", TRANSACTION_KEY),
        "another bus": publish(("{SystemBus}", OURS, SUSPECTED)),
        "an alert in clear": alert("{AlertTopicArn}", clear=True),
        "an upload": upload(ServerSideEncryption=KMS),
    },
    "audit-forwarder": {
        "another bus": publish(RECEIVED_EVENT),
        "a message": send("{BufferQueueUrl}"),
        "a record": put("{AuditLogsTable}", AUDIT_KEY),
    },
}
