"""A queue encrypted by SQS itself, over TLS only."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs import principals
from infra.constructs.metadata import mark
from infra.names import Names

# SQS's maximum. A redriven message keeps its age, so dead-letter queues keep messages longest.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
LONGEST = Duration.days(14)


class SecureQueue(sqs.Queue):
    """SSE-SQS, because EventBridge cannot write to a queue under the key aws/sqs; retention is 14 days by default.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        role: str,
        retention: Duration = LONGEST,
        dead_letter: sqs.DeadLetterQueue | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            queue_name=names.of(role, "sqs"),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=retention,
            dead_letter_queue=dead_letter,
        )
        mark(self, names, role)

    def accept_from_rules(self, rule_arns: Sequence[str]) -> None:
        """Allow EventBridge to send here, on behalf of these rules only."""
        # SQS targets and dead-letter queues need a resource policy; a role cannot be used.
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
        statement = iam.PolicyStatement(
            sid="SendFromRules",
            principals=[principals.service("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[self.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": list(rule_arns)}},
        )
        self.add_to_resource_policy(statement)
