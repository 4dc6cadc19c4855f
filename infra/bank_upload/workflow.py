"""The workflow of an upload: its machine, what it may do, and the rule that starts it."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.bank_upload.definition import Places, definition
from infra.bank_upload.functions import Functions
from infra.bank_upload.messaging import Queues, Topics
from infra.bank_upload.parameters import Parameters
from infra.bank_upload.storage import UPLOADS, Storage
from infra.constructs.bucket_events import Delivery, start_for_objects
from infra.constructs.role import allow
from infra.constructs.workflow import Workflow
from infra.stage import Stage

PURPOSE, RULE = "uploads", "object-created"
LOG_RETENTION = logs.RetentionDays.ONE_WEEK
# A start that fails is a throttled or a broken account: EventBridge tries for an hour, then the event is kept.
DELIVERY = Delivery(retries=12, seconds=3600)


def upload_workflow(
    scope: Construct,
    construct_id: str,
    stage: Stage[Parameters],
    storage: Storage,
    queues: Queues,
    topics: Topics,
    functions: Functions,
) -> Workflow:
    """Return the machine, started by every object that is created below `uploads/` and is a CSV file."""
    places = Places(
        validation=functions.validation.entry.function_arn,
        transformation=functions.transformation.entry.function_arn,
        notification=functions.notification.entry.function_arn,
        failure_queue_url=queues.upload_failure.queue_url,
        status_table=storage.status.table_name,
        results_topic=topics.results.arn,
        stage=stage.name,
    )
    workflow = Workflow(
        scope,
        construct_id,
        names=stage.names,
        purpose=PURPOSE,
        definition=definition(places),
        statements=_permissions(storage, queues, topics, functions),
        log_retention=LOG_RETENTION,
    )
    start_for_objects(
        scope,
        "Rule",
        names=stage.names,
        rule=RULE,
        description="A file of a bank was stored.",
        bucket=storage.files,
        keys=UPLOADS,
        machine=workflow.arn,
        delivery=DELIVERY,
        failure=queues.event_failure,
    )
    return workflow


def _permissions(storage: Storage, queues: Queues, topics: Topics, functions: Functions) -> list[iam.PolicyStatement]:
    return [
        allow("CallFunctions", ["lambda:InvokeFunction"], *(one.entry.function_arn for one in functions.all)),
        # The failure branch: the letter, the status, the message.
        allow("KeepFailures", ["sqs:SendMessage"], queues.upload_failure.queue_arn),
        allow("MarkFailures", ["dynamodb:UpdateItem"], storage.status.table_arn),
        allow("TellFailures", ["sns:Publish"], topics.results.arn),
    ]
