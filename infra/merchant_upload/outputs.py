"""The stack's outputs, which tests, load and operators need to find it; importable without the CDK."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_cdk import Stack

    from infra.constructs.rest_api import KeyedRestApi
    from infra.merchant_upload.functions import Functions
    from infra.merchant_upload.messaging import Queues, Topics
    from infra.merchant_upload.storage import Storage


class Output(StrEnum):
    """One output of a merchant_upload stack; the value is its key in CloudFormation."""

    API_ID = "ApiId"
    API_URL = "ApiUrl"
    # JSON: merchant -> the id of its API key.
    API_KEY_IDS = "ApiKeyIds"
    USAGE_PLAN_ID = "UsagePlanId"
    FILES_BUCKET = "FilesBucket"
    TRANSACTIONS_TABLE = "TransactionsTable"
    CARD_INDEX = "CardIndex"
    VALIDATION_FAILURE_QUEUE_URL = "ValidationFailureQueueUrl"
    ANOMALY_FAILURE_QUEUE_URL = "AnomalyFailureQueueUrl"
    ALERTS_TOPIC_ARN = "AlertsTopicArn"
    ALARMS_TOPIC_ARN = "AlarmsTopicArn"
    API_HANDLER_ARN = "ApiHandlerArn"
    VALIDATION_ARN = "ValidationArn"
    ANOMALY_DETECTION_ARN = "AnomalyDetectionArn"


def outputs(
    stack: Stack, storage: Storage, queues: Queues, topics: Topics, functions: Functions, api: KeyedRestApi
) -> dict[Output, str]:
    """Create one output per name."""
    return {
        Output.API_ID: api.api_id,
        Output.API_URL: api.url,
        Output.API_KEY_IDS: stack.to_json_string(api.key_ids),
        Output.USAGE_PLAN_ID: api.usage_plan_id,
        Output.FILES_BUCKET: storage.files.bucket_name,
        Output.TRANSACTIONS_TABLE: storage.transactions.table_name,
        Output.CARD_INDEX: storage.card_index,
        Output.VALIDATION_FAILURE_QUEUE_URL: queues.validation_failure.queue_url,
        Output.ANOMALY_FAILURE_QUEUE_URL: queues.anomaly_failure.queue_url,
        Output.ALERTS_TOPIC_ARN: topics.alerts.arn,
        Output.ALARMS_TOPIC_ARN: topics.alarms.arn,
        Output.API_HANDLER_ARN: functions.api_handler.entry.function_arn,
        Output.VALIDATION_ARN: functions.validation.entry.function_arn,
        Output.ANOMALY_DETECTION_ARN: functions.anomaly_detection.entry.function_arn,
    }
