"""The three functions, one row each, and what invokes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.function.base import Destinations, FunctionSpec, Sizing
from infra.constructs.function.python import PythonFunction
from infra.constructs.stream_mapping import Reading, StreamMapping
from infra.merchant_upload import permissions
from infra.merchant_upload.messaging import Queues, Topics
from infra.merchant_upload.parameters import Function, Parameters
from infra.merchant_upload.storage import Storage
from infra.stage import Stage

RUNTIME = lambda_.Runtime.PYTHON_3_9
LOG_RETENTION = logs.RetentionDays.ONE_WEEK
# Invocations by S3; reserved concurrency throttles them, so they may wait.
RETRIES = 2
EVENT_AGE = Duration.hours(1)
# The rows of files only: not what is written of them. A new on-demand table has four shards, and four times two
# batches at once are below the reserved concurrency. A record gives up before the five minutes of a file are over.
INSERTED_ROWS = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["transaction"]}}}}
READING = Reading(
    batch=100,
    window=Duration.seconds(1),
    parallel=2,
    retries=5,
    record_age=Duration.seconds(240),
    pattern=INSERTED_ROWS,
)


@dataclass(frozen=True)
class _Row:
    """What distinguishes one function from the others."""

    timeout: Duration
    statements: Sequence[iam.PolicyStatement]
    environment: Mapping[str, str] = field(default_factory=dict)
    destinations: Destinations | None = None


class Functions(Construct):
    """`api_handler` answers merchants, `validation` stores rows, `anomaly_detection` judges them."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        stage: Stage[Parameters],
        storage: Storage,
        queues: Queues,
        topics: Topics,
    ) -> None:
        super().__init__(scope, construct_id)
        self._stage = stage
        self._shared = {
            "STAGE": stage.name,
            "FILES_BUCKET": storage.files_name,
            "TRANSACTIONS_TABLE": storage.transactions.table_name,
            "CARD_INDEX": storage.card_index,
        }
        # Below API Gateway's timeout of 29 s.
        answering = _Row(Duration.seconds(10), permissions.api_handler(storage))
        # Below the five minutes of a file.
        storing = _Row(
            Duration.seconds(240),
            permissions.validation(storage),
            {"MAX_ROWS": str(stage.parameters.max_rows)},
            Destinations(RETRIES, EVENT_AGE, failure=queues.validation_failure),
        )
        judging = _Row(
            Duration.seconds(60),
            permissions.anomaly_detection(storage, queues, topics),
            {"ALERTS_TOPIC_ARN": topics.alerts.arn},
        )
        self.api_handler = self._function(Function.API_HANDLER, answering)
        self.validation = self._function(Function.VALIDATION, storing)
        self.anomaly_detection = self._function(Function.ANOMALY_DETECTION, judging)
        StreamMapping(
            self,
            "Stream",
            stream_arn=str(storage.transactions.table_stream_arn),
            function=self.anomaly_detection,
            reading=READING,
            failure=queues.anomaly_failure,
        )

    @property
    def all(self) -> tuple[PythonFunction, ...]:
        """Return the three, in the order in which a file passes them."""
        return self.api_handler, self.validation, self.anomaly_detection

    def _function(self, role: Function, row: _Row) -> PythonFunction:
        parameters = self._stage.parameters
        spec = FunctionSpec(
            role=role,
            runtime=RUNTIME,
            sizing=Sizing(parameters.memory_mb, row.timeout, parameters.reserved_concurrency[role]),
            log_retention=LOG_RETENTION,
            environment={**self._shared, **row.environment},
            statements=row.statements,
            destinations=row.destinations,
        )
        return PythonFunction(self, role, names=self._stage.names, spec=spec)
