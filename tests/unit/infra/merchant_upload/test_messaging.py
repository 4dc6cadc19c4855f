"""The queues and the topics of merchant_upload."""

import pytest

from tests.support.templates import ACCOUNT


@pytest.mark.parametrize("purpose", ["validation-failure", "anomaly-failure"])
def test_a_queue_is_encrypted_keeps_14_days_and_takes_messages_over_tls_only(template, purpose):
    queue = template.named("AWS::SQS::Queue", f"sqs-merchant-upload-{purpose}", "QueueName")
    assert (queue["SqsManagedSseEnabled"], queue["MessageRetentionPeriod"]) == (True, 1_209_600)
    (statement,) = template.queue_statements(f"sqs-merchant-upload-{purpose}")
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", {"AWS": "*"}, "sqs:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def statements(template, purpose):
    arn = template.arn("sns", template.name(f"sns-merchant-upload-{purpose}"))
    (policy,) = [one for one in template.properties("AWS::SNS::TopicPolicy") if one["Topics"] == [arn]]
    tls, *others = policy["PolicyDocument"]["Statement"]
    assert tls == {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "sns:Publish",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return arn, others


def test_alerts_are_encrypted_and_go_to_the_compliance_team(template):
    topic = template.named("AWS::SNS::Topic", "sns-merchant-upload-alerts", "TopicName")
    assert topic["KmsMasterKeyId"] == "alias/aws/sns"
    arn, others = statements(template, "alerts")
    assert others == []
    assert template.properties("AWS::SNS::Subscription") == [
        {"TopicArn": arn, "Protocol": "email", "Endpoint": "compliance@example.com"}
    ]


def test_only_alarms_of_this_stage_publish_to_the_operators_and_no_key_keeps_them_from_it(template):
    topic = template.named("AWS::SNS::Topic", "sns-merchant-upload-alarms", "TopicName")
    assert "KmsMasterKeyId" not in topic
    arn, others = statements(template, "alarms")
    assert others == [
        {
            "Sid": "PublishFromAlarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": arn,
            "Condition": {
                "ArnLike": {
                    "aws:SourceArn": template.arn("cloudwatch", template.name("alarm:alarm-merchant-upload-*"))
                },
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
            },
        }
    ]
