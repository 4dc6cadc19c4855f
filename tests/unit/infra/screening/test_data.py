"""The table, the queue and the topics of screening."""

from tests.support.templates import ACCOUNT


def keys(schema):
    return {key["AttributeName"]: key["KeyType"] for key in schema}


def test_the_table_has_its_keys_and_indexes_and_is_recoverable(template):
    (table,) = template.properties("AWS::DynamoDB::Table")
    assert keys(table["KeySchema"]) == {"transaction_id": "HASH", "timestamp": "RANGE"}
    assert {
        one["IndexName"]: (keys(one["KeySchema"]), one["Projection"]) for one in table["GlobalSecondaryIndexes"]
    } == {
        "customer-time": (
            {"customer_id": "HASH", "timestamp": "RANGE"},
            {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["usd", "channel"]},
        ),
        "open-time": ({"open": "HASH", "opened_at": "RANGE"}, {"ProjectionType": "KEYS_ONLY"}),
    }
    types = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
    assert {name for name, kind in types.items() if kind == "N"} == {"timestamp"}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert "StreamSpecification" not in table


def test_the_queue_is_encrypted_keeps_14_days_and_takes_messages_over_tls_only(template):
    (queue,) = template.properties("AWS::SQS::Queue")
    assert (queue["SqsManagedSseEnabled"], queue["MessageRetentionPeriod"]) == (True, 1_209_600)
    (statement,) = template.queue_statements("sqs-screening-failures")
    assert (statement["Effect"], statement["Action"]) == ("Deny", "sqs:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def statements(template, purpose):
    arn = template.arn("sns", template.name(f"sns-screening-{purpose}"))
    (policy,) = [one for one in template.properties("AWS::SNS::TopicPolicy") if one["Topics"] == [arn]]
    tls, *others = policy["PolicyDocument"]["Statement"]
    assert (tls["Effect"], tls["Action"]) == ("Deny", "sns:Publish")
    return others


def test_alerts_are_encrypted_sent_by_email_and_no_service_publishes_them(template):
    topic = template.named("AWS::SNS::Topic", "sns-screening-alerts", "TopicName")
    assert topic["KmsMasterKeyId"] == "alias/aws/sns"
    assert statements(template, "alerts") == []
    (email,) = template.properties("AWS::SNS::Subscription")
    assert (email["Protocol"], email["Endpoint"]) == ("email", "risk@example.com")
    assert email["TopicArn"] == template.arn("sns", template.name("sns-screening-alerts"))


def test_only_alarms_of_this_stage_publish_to_the_operators_and_no_key_keeps_them_from_it(template):
    topic = template.named("AWS::SNS::Topic", "sns-screening-alarms", "TopicName")
    assert "KmsMasterKeyId" not in topic
    (publish,) = statements(template, "alarms")
    alarms = template.arn("cloudwatch", template.name("alarm:alarm-screening-*"))
    assert publish["Condition"] == {
        "ArnLike": {"aws:SourceArn": alarms},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    }
