"""Tables, the bucket, queues and topics."""

import pytest

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


@pytest.mark.control("RT_TABLE_KEYS", "RT_TABLE_ONDEMAND")
@pytest.mark.parametrize(
    ("table", "hash_key", "range_key", "range_type"),
    [
        ("transactions", "accountId", "ts", "S"),
        ("rules", "ruleId", "version", "N"),
        ("audit-logs", "transactionId", "ts", "S"),
    ],
)
def test_a_table_is_exactly_this(template, table, hash_key, range_key, range_type):
    resources = template.of_type("AWS::DynamoDB::Table").values()
    assert len(resources) == 3
    (resource,) = (r for r in resources if r["Properties"]["TableName"] == template.name(table))
    kept = template.stage == "prod"
    properties = {**resource["Properties"]}
    properties.pop("Tags")
    assert properties.pop("DeletionProtectionEnabled", False) is kept
    assert properties == {
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
    }
    assert {resource["DeletionPolicy"], resource["UpdateReplacePolicy"]} == {"Retain" if kept else "Delete"}


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


@pytest.mark.control("RT_BUCKET_ENCRYPTED", "RT_BUCKET_TLS")
def test_the_bucket_policy_denies_exactly_this(template, bucket):
    (policy,) = template.properties("AWS::S3::BucketPolicy")
    arn = f"arn:aws:s3:::{bucket['BucketName']}"
    algorithm = "s3:x-amz-server-side-encryption"

    def deny(action, resource, condition):
        return {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": action,
            "Resource": resource,
            "Condition": condition,
        }

    def upload(sid, condition):
        return {"Sid": sid, **deny("s3:PutObject", f"{arn}/*", condition)}

    assert policy["PolicyDocument"]["Statement"] == [
        deny("s3:*", [arn, f"{arn}/*"], {"Bool": {"aws:SecureTransport": "false"}}),
        upload("EncryptionHeaderMissing", {"Null": {algorithm: "true"}}),
        upload("EncryptionOtherThanKms", {"StringNotEquals": {algorithm: "aws:kms"}}),
        upload("CustomerKey", {"Null": {f"{algorithm}-aws-kms-key-id": "false"}}),
    ]


@pytest.mark.control("RT_QUEUE_SECURE", "RT_DLQ_REDRIVE")
def test_queues_are_exactly_these_encrypted_and_kept_14_days(template):
    queues = {queue.pop("QueueName"): queue for queue in template.properties("AWS::SQS::Queue")}
    for queue in queues.values():
        queue.pop("Tags")

    def redrive(to):
        return {"RedrivePolicy": {"deadLetterTargetArn": template.arn("sqs", template.name(to)), "maxReceiveCount": 3}}

    encrypted = {"SqsManagedSseEnabled": True}
    expected = {name: {**encrypted, "MessageRetentionPeriod": 14 * DAY} for name in QUEUES_OF_DEAD_LETTERS}
    expected["failure"] |= redrive("parking")
    expected["buffer"] = {**encrypted, "MessageRetentionPeriod": 4 * DAY, **redrive("buffer-dead-letter")}
    assert queues == {template.name(name): props for name, props in expected.items()}


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


@pytest.mark.control("RT_QUEUE_SECURE", "RT_IAM_LEAST")
@pytest.mark.parametrize("queue", ["failure", "parking", "buffer-dead-letter"])
def test_no_service_may_send_here_by_the_queues_own_policy(template, queue):
    assert [s["Effect"] for s in template.queue_statements(queue)] == ["Deny"]


@pytest.mark.control("RT_IAM_LEAST", "RT_ENV_SEPARATION")
def test_topics_take_tls_only_and_alarms_reach_the_operators(template):
    topics = {topic["TopicName"]: topic.get("KmsMasterKeyId") for topic in template.properties("AWS::SNS::Topic")}
    assert topics == {template.name("alert"): "alias/aws/sns", template.name("alarms"): None}
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
