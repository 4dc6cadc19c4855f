"""The workflow of a transaction: its machine, and what it may do."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.role import allow
from infra.constructs.workflow import Workflow
from infra.screening.definition import definition
from infra.screening.functions import Functions
from infra.screening.messaging import Queues, Topics
from infra.screening.parameters import Parameters
from infra.screening.places import Places
from infra.screening.storage import Storage
from infra.stage import Stage

PURPOSE = "transactions"
LOG_RETENTION = logs.RetentionDays.ONE_MONTH


def screening_workflow(
    scope: Construct,
    construct_id: str,
    stage: Stage[Parameters],
    storage: Storage,
    queues: Queues,
    topics: Topics,
    functions: Functions,
) -> Workflow:
    """Return the machine, whose input is a transaction."""
    places = Places(
        validation=functions.validation.entry.function_arn,
        fraud_detection=functions.fraud_detection.entry.function_arn,
        compliance_checking=functions.compliance_checking.entry.function_arn,
        failure_queue_url=queues.failures.queue_url,
        state_table=storage.state.table_name,
        alerts_topic=topics.alerts.arn,
    )
    return Workflow(
        scope,
        construct_id,
        names=stage.names,
        purpose=PURPOSE,
        definition=definition(places),
        statements=_permissions(storage, queues, topics, functions),
        log_retention=LOG_RETENTION,
    )


def _permissions(storage: Storage, queues: Queues, topics: Topics, functions: Functions) -> list[iam.PolicyStatement]:
    return [
        allow("CallFunctions", ["lambda:InvokeFunction"], *(one.entry.function_arn for one in functions.all)),
        allow("TellAlerts", ["sns:Publish"], topics.alerts.arn),
        # What was told, and the failure branch: the letter, the state.
        allow("MarkTransactions", ["dynamodb:UpdateItem"], storage.state.table_arn),
        allow("KeepFailures", ["sqs:SendMessage"], queues.failures.queue_arn),
    ]
