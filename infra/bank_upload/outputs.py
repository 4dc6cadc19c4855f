"""The stack's outputs, which tests, load and operators need to find it; importable without the CDK."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_cdk import Stack

    from infra.bank_upload.functions import Functions
    from infra.bank_upload.messaging import Queues, Topics
    from infra.bank_upload.storage import Storage
    from infra.constructs.rest_api import KeyedRestApi
    from infra.constructs.workflow import Workflow


class Output(StrEnum):
    """One output of a bank_upload stack; the value is its key in CloudFormation."""

    API_ID = "ApiId"
    API_URL = "ApiUrl"
    # JSON: bank -> the id of its API key.
    API_KEY_IDS = "ApiKeyIds"
    USAGE_PLAN_ID = "UsagePlanId"
    FILES_BUCKET = "FilesBucket"
    STATUS_TABLE = "StatusTable"
    TRANSACTIONS_TABLE = "TransactionsTable"
    WORKFLOW_ARN = "WorkflowArn"
    WORKFLOW_LOG_GROUP = "WorkflowLogGroup"
    EVENT_FAILURE_QUEUE_URL = "EventFailureQueueUrl"
    UPLOAD_FAILURE_QUEUE_URL = "UploadFailureQueueUrl"
    RESULTS_TOPIC_ARN = "ResultsTopicArn"
    ALARMS_TOPIC_ARN = "AlarmsTopicArn"
    VALIDATION_ARN = "ValidationArn"
    TRANSFORMATION_ARN = "TransformationArn"
    NOTIFICATION_ARN = "NotificationArn"


def outputs(
    stack: Stack,
    storage: Storage,
    queues: Queues,
    topics: Topics,
    functions: Functions,
    api: KeyedRestApi,
    workflow: Workflow,
) -> dict[Output, str]:
    """Create one output per name."""
    return {
        Output.API_ID: api.api_id,
        Output.API_URL: api.url,
        Output.API_KEY_IDS: stack.to_json_string(api.key_ids),
        Output.USAGE_PLAN_ID: api.usage_plan_id,
        Output.FILES_BUCKET: storage.files.bucket_name,
        Output.STATUS_TABLE: storage.status.table_name,
        Output.TRANSACTIONS_TABLE: storage.transactions.table_name,
        Output.WORKFLOW_ARN: workflow.arn,
        Output.WORKFLOW_LOG_GROUP: workflow.log_group_name,
        Output.EVENT_FAILURE_QUEUE_URL: queues.event_failure.queue_url,
        Output.UPLOAD_FAILURE_QUEUE_URL: queues.upload_failure.queue_url,
        Output.RESULTS_TOPIC_ARN: topics.results.arn,
        Output.ALARMS_TOPIC_ARN: topics.alarms.arn,
        Output.VALIDATION_ARN: functions.validation.entry.function_arn,
        Output.TRANSFORMATION_ARN: functions.transformation.entry.function_arn,
        Output.NOTIFICATION_ARN: functions.notification.entry.function_arn,
    }
