"""The names of the stack outputs, shared with tests and load; importable without the CDK."""

from enum import StrEnum


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
