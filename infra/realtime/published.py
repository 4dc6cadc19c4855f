"""The stack's outputs: what tests, load and operators need to find it."""

import json

from infra.constructs.rest_api import KeyedRestApi
from infra.constructs.secure_topic import SecureTopic
from infra.outputs import Output
from infra.realtime.functions import Functions
from infra.realtime.messaging import Buses, Queues
from infra.realtime.record import Record
from infra.realtime.storage import Storage
from infra.stage import StageConfig


def outputs(
    config: StageConfig,
    storage: Storage,
    buses: Buses,
    queues: Queues,
    functions: Functions,
    record: Record,
    api: KeyedRestApi,
    alerts: SecureTopic,
) -> dict[Output, str]:
    """One value per output."""
    return {
        Output.API_ID: api.api_id,
        Output.API_URL: api.url,
        Output.API_KEY_ID: api.api_key_id,
        Output.USAGE_PLAN_ID: api.usage_plan_id,
        Output.TRANSACTIONS_TABLE: storage.transactions.table_name,
        Output.RULES_TABLE: storage.rules.table_name,
        Output.AUDIT_LOGS_TABLE: storage.audit_logs.table_name,
        Output.PROCESSED_BUCKET: storage.processed.bucket_name,
        Output.TRANSACTION_BUS: buses.transaction.event_bus_name,
        Output.SYSTEM_BUS: buses.system.event_bus_name,
        Output.AUDIT_BUS: buses.audit.event_bus_name,
        Output.TRANSACTION_ARCHIVE: record.transaction_archive.ref,
        Output.AUDIT_ARCHIVE: record.audit_archive.ref,
        Output.AUDIT_LOG_GROUP: record.log_group.log_group_name,
        Output.BUFFER_QUEUE_URL: queues.buffer.queue_url,
        Output.FAILURE_QUEUE_URL: queues.failure.queue_url,
        Output.PARKING_QUEUE_URL: queues.parking.queue_url,
        Output.ALERT_TOPIC_ARN: alerts.arn,
        Output.INGEST_PROCESSOR_ARN: functions.ingest_processor.alias.function_arn,
        Output.FRAUD_DETECTOR_ARN: functions.fraud_detector.alias.function_arn,
        Output.NOTIFIER_ARN: functions.notifier.alias.function_arn,
        Output.RULE_PARAMETERS: json.dumps(config.rule_parameters),
    }
