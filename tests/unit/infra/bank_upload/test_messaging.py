"""The queues and the topics of bank_upload."""

import pytest

from tests.support.templates import ACCOUNT


@pytest.mark.parametrize("purpose", ["event-failure", "upload-failure"])
def test_a_queue_is_encrypted_keeps_14_days_and_takes_messages_over_tls_only(template, purpose):
    queue = template.named("AWS::SQS::Queue", f"sqs-bank-upload-{purpose}", "QueueName")
    assert (queue["SqsManagedSseEnabled"], queue["MessageRetentionPeriod"]) == (True, 1_209_600)
    statement, *_ = template.queue_statements(f"sqs-bank-upload-{purpose}")
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", {"AWS": "*"}, "sqs:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_only_the_rule_sends_events_that_started_nothing_and_nobody_is_let_into_the_other_queue(template):
    _, rule = template.queue_statements("sqs-bank-upload-event-failure")
    assert (rule["Principal"], rule["Action"]) == ({"Service": "events.amazonaws.com"}, "sqs:SendMessage")
    arn = template.arn("events", f"rule/{template.name('rule-bank-upload-object-created')}")
    assert rule["Condition"] == {"ArnEquals": {"aws:SourceArn": [arn]}}
    assert len(template.queue_statements("sqs-bank-upload-upload-failure")) == 1


def statements(template, purpose):
    arn = template.arn("sns", template.name(f"sns-bank-upload-{purpose}"))
    (policy,) = [one for one in template.properties("AWS::SNS::TopicPolicy") if one["Topics"] == [arn]]
    tls, *others = policy["PolicyDocument"]["Statement"]
    assert (tls["Effect"], tls["Principal"], tls["Action"]) == ("Deny", {"AWS": "*"}, "sns:Publish")
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    return others


def test_results_are_encrypted_and_no_service_publishes_them(template):
    topic = template.named("AWS::SNS::Topic", "sns-bank-upload-results", "TopicName")
    assert topic["KmsMasterKeyId"] == "alias/aws/sns"
    assert statements(template, "results") == []


def test_only_alarms_of_this_stage_publish_to_the_operators_and_no_key_keeps_them_from_it(template):
    topic = template.named("AWS::SNS::Topic", "sns-bank-upload-alarms", "TopicName")
    assert "KmsMasterKeyId" not in topic
    (publish,) = statements(template, "alarms")
    assert publish["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    alarms = template.arn("cloudwatch", template.name("alarm:alarm-bank-upload-*"))
    assert publish["Condition"] == {
        "ArnLike": {"aws:SourceArn": alarms},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    }
