"""The stacks' outputs, which tests, load and operators need to find them; importable without the CDK."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.constructs.workflow import Workflow
    from infra.screening.functions import Functions
    from infra.screening.messaging import Queues, Topics
    from infra.screening.storage import Storage


class Output(StrEnum):
    """One output of a screening stack; the value is its key in CloudFormation."""

    WORKFLOW_ARN = "WorkflowArn"
    WORKFLOW_ROLE_ARN = "WorkflowRoleArn"
    WORKFLOW_LOG_GROUP = "WorkflowLogGroup"
    STATE_TABLE = "StateTable"
    FAILURE_QUEUE_URL = "FailureQueueUrl"
    ALERTS_TOPIC_ARN = "AlertsTopicArn"
    ALARMS_TOPIC_ARN = "AlarmsTopicArn"
    VALIDATION_ARN = "ValidationArn"
    FRAUD_DETECTION_ARN = "FraudDetectionArn"
    COMPLIANCE_CHECKING_ARN = "ComplianceCheckingArn"
    # Of the network's stack.
    VPC_ID = "VpcId"
    FLOW_LOG_GROUP = "FlowLogGroup"


def outputs(
    storage: Storage, queues: Queues, topics: Topics, functions: Functions, workflow: Workflow
) -> dict[Output, str]:
    """Create one output per name of the main stack."""
    return {
        Output.WORKFLOW_ARN: workflow.arn,
        Output.WORKFLOW_ROLE_ARN: workflow.role_arn,
        Output.WORKFLOW_LOG_GROUP: workflow.log_group_name,
        Output.STATE_TABLE: storage.state.table_name,
        Output.FAILURE_QUEUE_URL: queues.failures.queue_url,
        Output.ALERTS_TOPIC_ARN: topics.alerts.arn,
        Output.ALARMS_TOPIC_ARN: topics.alarms.arn,
        Output.VALIDATION_ARN: functions.validation.entry.function_arn,
        Output.FRAUD_DETECTION_ARN: functions.fraud_detection.entry.function_arn,
        Output.COMPLIANCE_CHECKING_ARN: functions.compliance_checking.entry.function_arn,
    }
