"""Tables, the bucket, queues and topics."""

import pytest

from tests.support.parts import parts

QUEUES_OF_DEAD_LETTERS = (
    "failure",
    "parking",
    "buffer-dead-letter",
    "high-value-domestic-dead-letter",
    "high-risk-merchant-dead-letter",
    "geo-anomaly-dead-letter",
    "velocity-spike-dead-letter",
    "night-time-dead-letter",
    "fraud-suspected-dead-letter",
    "record-dead-letter",
)
DAY = 24 * 3600
TABLE = parts(
    {
        "RT_TABLE_KEYS": ("TableName", "KeySchema", "AttributeDefinitions"),
        "RT_TABLE_ONDEMAND": (
            "BillingMode",
            "PointInTimeRecoverySpecification",
            "DeletionProtectionEnabled",
            "DeletionPolicy",
            "UpdateReplacePolicy",
        ),
    }
)
# By a statement's id; the one of the CDK's `enforce_ssl` has none.
DENIALS = parts({"RT_BUCKET_TLS": ("TlsOnly",)}, rest="RT_BUCKET_ENCRYPTED")


@pytest.mark.control("RT_TABLE_KEYS")
def test_the_tables_are_three(template):
    assert len(template.of_type("AWS::DynamoDB::Table")) == 3


@pytest.mark.parametrize("part", TABLE)
@pytest.mark.parametrize(
    ("table", "hash_key", "range_key", "range_type"),
    [
        ("transactions", "accountId", "ts", "S"),
        ("rules", "ruleId", "version", "N"),
        ("audit-logs", "transactionId", "ts", "S"),
    ],
)
def test_a_table_is_exactly_this(template, table, hash_key, range_key, range_type, part):
    resources = template.of_type("AWS::DynamoDB::Table").values()
    (resource,) = (r for r in resources if r["Properties"]["TableName"] == template.name(table))
    kept = template.stage == "prod"
    wanted = {
        "TableName": template.name(table),
        "KeySchema": [
            {"AttributeName": hash_key, "KeyType": "HASH"},
            {"AttributeName": range_key, "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [
            {"AttributeName": hash_key, "AttributeType": "S"},
            {"AttributeName": range_key, "AttributeType": range_type},
        ],
        "BillingMode": "PAY_PER_REQUEST",
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True},
        "DeletionProtectionEnabled": kept,
        **dict.fromkeys(("DeletionPolicy", "UpdateReplacePolicy"), "Retain" if kept else "Delete"),
    }
    found = {"DeletionProtectionEnabled": False, **resource["Properties"]}
    found |= {key: resource[key] for key in ("DeletionPolicy", "UpdateReplacePolicy")}
    found.pop("Tags")
    assert part.of(found) == part.of(wanted)


@pytest.fixture
def bucket(template):
    (props,) = template.properties("AWS::S3::Bucket")
    return props


@pytest.mark.control("RT_BUCKET_ENCRYPTED")
def test_the_bucket_encrypts_with_the_aws_managed_key(template, bucket):
    assert bucket["BucketName"] == f"{template.name('processed')}-123456789012"
    assert bucket["BucketEncryption"] == {
        "ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
        ]
    }


@pytest.mark.control("RT_BUCKET_PRIVATE")
def test_the_bucket_is_private(bucket):
    assert bucket["PublicAccessBlockConfiguration"] == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


@pytest.mark.control("RT_BUCKET_TIERING")
def test_the_bucket_tiers_at_once_and_archives_at_90_days(bucket):
    assert bucket["LifecycleConfiguration"] == {
        "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
        "Rules": [
            {
                "Id": "tier-then-archive",
                "Status": "Enabled",
                "Transitions": [
                    {"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0},
                    {"StorageClass": "GLACIER", "TransitionInDays": 90},
                ],
                "NoncurrentVersionExpiration": {"NoncurrentDays": 400},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            }
        ],
    }
    assert bucket["IntelligentTieringConfigurations"] == [
        {"Id": "archive", "Status": "Enabled", "Tierings": [{"AccessTier": "ARCHIVE_ACCESS", "Days": 90}]}
    ]


@pytest.mark.parametrize("part", DENIALS)
def test_the_bucket_policy_denies_exactly_this(template, bucket, part):
    (policy,) = template.properties("AWS::S3::BucketPolicy")
    arn = f"arn:aws:s3:::{bucket['BucketName']}"
    algorithm = "s3:x-amz-server-side-encryption"

    def deny(action, resource, condition):
        return {
            "Sid": None,
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": action,
            "Resource": resource,
            "Condition": condition,
        }

    def upload(condition):
        return [deny("s3:PutObject", f"{arn}/*", condition)]

    found = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        found.setdefault(statement.get("Sid", "TlsOnly"), []).append({**statement, "Sid": None})
    assert part.of(found) == part.of(
        {
            "TlsOnly": [deny("s3:*", [arn, f"{arn}/*"], {"Bool": {"aws:SecureTransport": "false"}})],
            "EncryptionHeaderMissing": upload({"Null": {algorithm: "true"}}),
            "EncryptionOtherThanKms": upload({"StringNotEquals": {algorithm: "aws:kms"}}),
            "CustomerKey": upload({"Null": {f"{algorithm}-aws-kms-key-id": "false"}}),
        }
    )


@pytest.fixture
def queues(template):
    """Name -> properties of the queues that are there, and of those that should be."""

    def redrive(to):
        return {"RedrivePolicy": {"deadLetterTargetArn": template.arn("sqs", template.name(to)), "maxReceiveCount": 3}}

    found = {queue.pop("QueueName"): queue for queue in template.properties("AWS::SQS::Queue")}
    for queue in found.values():
        queue.pop("Tags")
    encrypted = {"SqsManagedSseEnabled": True}
    expected = {name: {**encrypted, "MessageRetentionPeriod": 14 * DAY} for name in QUEUES_OF_DEAD_LETTERS}
    expected["failure"] |= redrive("parking")
    expected["buffer"] = {**encrypted, "MessageRetentionPeriod": 4 * DAY, **redrive("buffer-dead-letter")}
    return found, {template.name(name): queue for name, queue in expected.items()}


def test_queues_are_exactly_these(queues):
    found, wanted = queues
    assert found == wanted


@pytest.mark.control("RT_QUEUE_SECURE")
def test_every_queue_is_encrypted_by_sqs(queues):
    found, _ = queues
    assert found
    assert all(queue.get("SqsManagedSseEnabled") is True and "KmsMasterKeyId" not in queue for queue in found.values())


@pytest.mark.control("RT_DLQ_REDRIVE")
@pytest.mark.parametrize("queue", ["failure", "parking"])
@pytest.mark.parametrize("key", ["MessageRetentionPeriod", "RedrivePolicy"])
def test_failures_end_in_the_parking_queue_and_are_kept_14_days(template, queues, queue, key):
    found, wanted = (all_of_them[template.name(queue)].get(key) for all_of_them in queues)
    assert found == wanted


@pytest.mark.control("RT_QUEUE_SECURE")
@pytest.mark.parametrize("queue", [*QUEUES_OF_DEAD_LETTERS, "buffer"])
def test_a_queue_speaks_tls_only(template, queue):
    denied = [s for s in template.queue_statements(queue) if s["Effect"] == "Deny"]
    assert denied == [
        {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "sqs:*",
            "Resource": template.arn("sqs", template.name(queue)),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


@pytest.mark.control("RT_IAM_LEAST")
@pytest.mark.parametrize("queue", ["failure", "parking", "buffer-dead-letter"])
def test_no_service_may_send_here_by_the_queues_own_policy(template, queue):
    assert {s["Effect"] for s in template.queue_statements(queue)} <= {"Deny"}


@pytest.mark.control("RT_ENV_SEPARATION")
def test_the_topics_are_two_of_this_stage(template):
    names = {topic["TopicName"] for topic in template.properties("AWS::SNS::Topic")}
    assert names == {template.name("alert"), template.name("alarms")}


def test_alerts_are_encrypted_and_what_alarms_publish_cannot_be(template):
    keys = {topic["TopicName"]: topic.get("KmsMasterKeyId") for topic in template.properties("AWS::SNS::Topic")}
    assert keys == {template.name("alert"): "alias/aws/sns", template.name("alarms"): None}


@pytest.mark.control("RT_IAM_LEAST")
def test_topics_take_tls_only_and_alarms_reach_the_operators(template):
    policies = {
        policy["Topics"][0]: policy["PolicyDocument"]["Statement"]
        for policy in template.properties("AWS::SNS::TopicPolicy")
    }
    alert, alarms = (template.arn("sns", template.name(name)) for name in ("alert", "alarms"))

    def tls_only(topic):
        return {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }

    from_alarms = {
        "Sid": "PublishFromAlarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": alarms,
        "Condition": {
            "ArnLike": {"aws:SourceArn": template.arn("cloudwatch", f"alarm:{template.name('*')}")},
            "StringEquals": {"aws:SourceAccount": "123456789012"},
        },
    }
    assert policies == {alert: [tls_only(alert)], alarms: [tls_only(alarms), from_alarms]}
