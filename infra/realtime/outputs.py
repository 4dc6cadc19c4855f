"""The stack's outputs, which tests, load and operators need to find it; importable without the CDK."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.constructs.rest_api import KeyedRestApi
    from infra.constructs.secure_topic import SecureTopic
    from infra.realtime.archives import Archives
    from infra.realtime.functions import Functions
    from infra.realtime.messaging import Buses, Queues
    from infra.realtime.parameters import Parameters
    from infra.realtime.storage import Storage


class Output(StrEnum):
    """One output of a realtime stack; the value is its key in CloudFormation."""

    API_ID = "ApiId"
    API_URL = "ApiUrl"
    API_KEY_ID = "ApiKeyId"
    USAGE_PLAN_ID = "UsagePlanId"
    TRANSACTIONS_TABLE = "TransactionsTable"
    RULES_TABLE = "RulesTable"
    AUDIT_LOGS_TABLE = "AuditLogsTable"
    PROCESSED_BUCKET = "ProcessedBucket"
    TRANSACTION_BUS = "TransactionBus"
    SYSTEM_BUS = "SystemBus"
    AUDIT_BUS = "AuditBus"
    TRANSACTION_ARCHIVE = "TransactionArchive"
    AUDIT_ARCHIVE = "AuditArchive"
    AUDIT_LOG_GROUP = "AuditLogGroup"
    BUFFER_QUEUE_URL = "BufferQueueUrl"
    FAILURE_QUEUE_URL = "FailureQueueUrl"
    PARKING_QUEUE_URL = "ParkingQueueUrl"
    ALERT_TOPIC_ARN = "AlertTopicArn"
    INGEST_PROCESSOR_ARN = "IngestProcessorArn"
    FRAUD_DETECTOR_ARN = "FraudDetectorArn"
    NOTIFIER_ARN = "NotifierArn"
    RULE_PARAMETERS = "RuleParameters"


def outputs(
    parameters: Parameters,
    storage: Storage,
    buses: Buses,
    queues: Queues,
    functions: Functions,
    archives: Archives,
    api: KeyedRestApi,
    alerts: SecureTopic,
) -> dict[Output, str]:
    """Create one output per name."""
    return {
        Output.API_ID: api.api_id,
        Output.API_URL: api.url,
        Output.API_KEY_ID: api.key_ids["Key"],
        Output.USAGE_PLAN_ID: api.usage_plan_id,
        Output.TRANSACTIONS_TABLE: storage.transactions.table_name,
        Output.RULES_TABLE: storage.rules.table_name,
        Output.AUDIT_LOGS_TABLE: storage.audit_logs.table_name,
        Output.PROCESSED_BUCKET: storage.processed.bucket_name,
        Output.TRANSACTION_BUS: buses.transaction.event_bus_name,
        Output.SYSTEM_BUS: buses.system.event_bus_name,
        Output.AUDIT_BUS: buses.audit.event_bus_name,
        Output.TRANSACTION_ARCHIVE: archives.transaction_archive.ref,
        Output.AUDIT_ARCHIVE: archives.audit_archive.ref,
        Output.AUDIT_LOG_GROUP: archives.log_group.log_group_name,
        Output.BUFFER_QUEUE_URL: queues.buffer.queue_url,
        Output.FAILURE_QUEUE_URL: queues.failure.queue_url,
        Output.PARKING_QUEUE_URL: queues.parking.queue_url,
        Output.ALERT_TOPIC_ARN: alerts.arn,
        Output.INGEST_PROCESSOR_ARN: functions.ingest_processor.entry.function_arn,
        Output.FRAUD_DETECTOR_ARN: functions.fraud_detector.entry.function_arn,
        Output.NOTIFIER_ARN: functions.notifier.entry.function_arn,
        Output.RULE_PARAMETERS: json.dumps(parameters.rule_parameters),
    }
