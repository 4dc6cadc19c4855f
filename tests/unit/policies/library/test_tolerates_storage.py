"""Tables and buckets may be written in other ways than ours: those pass too."""

import json
import re

from tests.unit.policies.edited import Edited

SECOND = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": False}}}


def test_tables_are_known_by_their_names_in_a_template_without_metadata(edited: Edited) -> None:
    del edited.document["Metadata"]
    assert edited.findings("RT_TABLE_KEYS") == []
    edited.find("AWS::DynamoDB::Table")["TableName"] = "elsewhere-transactions-dev"
    assert edited.findings("RT_TABLE_KEYS") != []


def test_names_may_begin_with_a_word_and_the_stage(edited: Edited) -> None:
    text = json.dumps(edited.resources)
    for name in re.findall(r'"(?:Table)?Name": "realtime-([a-z-]+)-dev"', text):
        text = text.replace(f"realtime-{name}-dev", f"watch-dev-{name}")
    edited.resources = {
        name: {key: value for key, value in raw.items() if key != "Metadata"} for name, raw in json.loads(text).items()
    }
    del edited.document["Metadata"]
    assert edited.findings("RT_TABLE_KEYS", "RT_RULE_FANOUT") == []
    rule = edited.find("AWS::Events::Rule", lambda raw: raw["Properties"]["Name"] == "watch-dev-geo-anomaly")
    rule["Name"] = "watch-dev-geo"
    assert edited.findings("RT_RULE_FANOUT") != []


def test_a_table_may_be_a_global_one_of_one_replica(edited: Edited) -> None:
    for raw in edited.resources.values():
        if raw["Type"] == "AWS::DynamoDB::Table":
            raw["Type"] = "AWS::DynamoDB::GlobalTable"
            raw["Properties"]["Replicas"] = [{"Region": "eu-central-1"}]
    assert edited.findings("RT_IAM_LEAST", "RT_TABLE_KEYS") == []


def test_what_is_off_or_without_a_limit_takes_nothing_away(edited: Edited) -> None:
    table = edited.find("AWS::DynamoDB::Table")
    table["TimeToLiveSpecification"] = {"AttributeName": "expires", "Enabled": False}
    table["OnDemandThroughput"] = {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": {"Ref": "AWS::NoValue"}}
    assert edited.findings("RT_TABLE_ONDEMAND") == []


def test_what_is_under_a_key_of_aws_asks_for_no_right(edited: Edited) -> None:
    edited.find("AWS::DynamoDB::Table")["SSESpecification"] = {"SSEEnabled": True, "SSEType": "KMS"}
    edited.find("AWS::SNS::Topic")["KmsMasterKeyId"] = "alias/aws/sns"
    assert edited.findings("RT_IAM_LEAST") == []


def test_a_bucket_may_say_that_it_is_private(edited: Edited) -> None:
    edited.find("AWS::S3::Bucket")["AccessControl"] = "Private"
    assert edited.findings("RT_BUCKET_PRIVATE") == []


def test_bucket_and_objects_may_have_a_denial_each(edited: Edited) -> None:
    statements = edited.find("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    both = next(one for one in statements if one["Action"] == "s3:*")
    statements.remove(both)
    statements.extend({**SECOND, "Resource": resource} for resource in both["Resource"])
    assert edited.findings("RT_BUCKET_TLS") == []


def test_a_further_lifecycle_rule_may_come_later_or_do_nothing(edited: Edited) -> None:
    edited.find("AWS::S3::Bucket")["LifecycleConfiguration"]["Rules"] += (
        {"Status": "Enabled", "Transitions": [{"StorageClass": "DEEP_ARCHIVE", "TransitionInDays": 180}]},
        {"Status": "Enabled", "Transition": {"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": "0"}},
        {"Status": "Enabled", "Prefix": "old/", "ExpirationInDays": 400},
        {"Status": "Disabled", "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 1}]},
        {"Status": "Enabled", "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER", "TransitionInDays": 1}]},
    )
    assert edited.findings("RT_BUCKET_TIERING") == []
