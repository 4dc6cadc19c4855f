"""Every question of the readers is one that AWS understands."""

import pytest

from hallmark.observe.readers import READERS
from tests.unit.hallmark.observe.canned import ARN, NAME, TABLE_ARN, Canned, Json

SOMETHING: Json = {
    "list_stack_resources": [
        {"ResourceType": "AWS::ApiGateway::RestApi", "PhysicalResourceId": "a1", "LogicalResourceId": "Api"}
    ],
    "list_functions": [{"FunctionName": NAME}],
    "get_function_configuration": {"FunctionArn": ARN},
    "list_aliases": [{"Name": "live", "AliasArn": f"{ARN}:live", "FunctionVersion": "1"}],
    "list_versions_by_function": [{"Version": "1", "FunctionArn": f"{ARN}:1"}],
    "list_event_source_mappings": [{"UUID": "u", "FunctionArn": ARN, "EventSourceMappingArn": f"{ARN}:u"}],
    "list_queues": [f"https://sqs.eu-central-1.amazonaws.com/1/{NAME}"],
    "get_queue_attributes": {"Attributes": {}},
    "list_topics": [{"TopicArn": f"arn:aws:sns:eu-central-1:1:{NAME}"}],
    "get_topic_attributes": {"Attributes": {}},
    "list_event_buses": [{"Name": NAME}],
    "describe_event_bus": {"Name": NAME, "Arn": f"arn:aws:events:eu-central-1:1:event-bus/{NAME}"},
    "list_rules": [{"Name": NAME, "Arn": f"arn:aws:events:eu-central-1:1:rule/{NAME}"}],
    "list_archives": [{"ArchiveName": NAME, "EventSourceArn": "a"}],
    "describe_archive": {"ArchiveName": NAME, "EventSourceArn": "a"},
    "list_endpoints": [{"Name": "e"}],
    "list_schedules": [{"Name": NAME}],
    "get_schedule": {"Name": NAME},
    "list_pipes": [{"Name": NAME}],
    "describe_pipe": {"Name": NAME},
    "list_tables": [NAME],
    "describe_table": {
        "Table": {
            "TableName": NAME,
            "TableArn": TABLE_ARN,
            "LatestStreamArn": f"{TABLE_ARN}/stream/2026-01-01T00:00:00.000",
            "Replicas": [{"RegionName": "us-east-1"}],
            "SSEDescription": {"Status": "ENABLED", "KMSMasterKeyArn": "k"},
        }
    },
    "describe_continuous_backups": {"ContinuousBackupsDescription": {}},
    "describe_time_to_live": {"TimeToLiveDescription": {}},
    "list_buckets": {"Buckets": [{"Name": NAME}]},
    "list_access_points": [{"Name": "way", "AccessPointArn": "arn:way"}],
    "get_rest_apis": [{"id": "a1", "name": NAME}],
    "get_resources": [{"id": "r1", "path": "/", "resourceMethods": {"POST": {}}}],
    "get_stages": {"item": [{"stageName": "dev", "deploymentId": "d"}]},
    "get_usage_plans": [{"id": "p", "name": NAME}],
    "get_usage_plan_keys": [{"id": "k", "name": NAME}],
    "describe_log_groups": [{"logGroupName": NAME, "arn": f"arn:aws:logs:eu-central-1:1:log-group:{NAME}:*"}],
    "describe_delivery_sources": [{"name": NAME, "resourceArns": [ARN]}],
    "describe_alarms": [
        {"AlarmName": NAME, "AlarmRule": "TRUE", "AlarmArn": f"arn:aws:cloudwatch:eu-central-1:1:alarm:{NAME}"}
    ],
    "list_alarm_mute_rules": [{"AlarmMuteRuleArn": "arn:aws:cloudwatch:eu-central-1:1:alarm-mute-rule:quiet"}],
    "list_dashboards": [{"DashboardName": "d"}],
    "list_metric_streams": [{"Name": "s"}],
    "get_role": {"Role": {}},
}


@pytest.mark.parametrize("kind", READERS)
def test_every_question_is_one_that_aws_understands(kind: str) -> None:
    """With something of the stage's in every list, so that what depends on it is asked, too."""
    deployment = Canned(**SOMETHING)
    list(READERS[kind](deployment))
    assert deployment.questions
