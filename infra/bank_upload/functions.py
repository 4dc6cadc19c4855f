"""The three functions, one row each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.bank_upload import permissions
from infra.bank_upload.messaging import Topics
from infra.bank_upload.parameters import Function, Parameters
from infra.bank_upload.storage import Storage
from infra.constructs.function.base import FunctionSpec, Sizing
from infra.constructs.function.image import ImageFunction
from infra.stage import Stage

LOG_RETENTION = logs.RetentionDays.ONE_WEEK
# Those of the workflow's tasks, so that no task waits for a function that Lambda has ended.
SECONDS = {Function.VALIDATION: 10, Function.TRANSFORMATION: 25, Function.NOTIFICATION: 8}


@dataclass(frozen=True)
class _Row:
    """What distinguishes one function from the others."""

    statements: Sequence[iam.PolicyStatement]
    environment: Mapping[str, str] = field(default_factory=dict)


class Functions(Construct):
    """`validation` answers banks and judges files, `transformation` stores rows, `notification` announces uploads."""

    def __init__(
        self, scope: Construct, construct_id: str, stage: Stage[Parameters], storage: Storage, topics: Topics
    ) -> None:
        super().__init__(scope, construct_id)
        self._stage = stage
        self._shared = {
            "STAGE": stage.name,
            "FILES_BUCKET": storage.files.bucket_name,
            "STATUS_TABLE": storage.status.table_name,
        }
        parameters = stage.parameters
        limits = {"MAX_FILE_BYTES": str(parameters.max_file_bytes), "MAX_ROWS": str(parameters.max_rows)}
        rows = {"TRANSACTIONS_TABLE": storage.transactions.table_name}
        results = {"RESULTS_TOPIC_ARN": topics.results.arn}
        self.validation = self._function(Function.VALIDATION, _Row(permissions.validation(storage), limits))
        self.transformation = self._function(Function.TRANSFORMATION, _Row(permissions.transformation(storage), rows))
        self.notification = self._function(
            Function.NOTIFICATION, _Row(permissions.notification(storage, topics), results)
        )

    @property
    def all(self) -> tuple[ImageFunction, ...]:
        """Return the three, in the order in which a file passes them."""
        return self.validation, self.transformation, self.notification

    def _function(self, role: Function, row: _Row) -> ImageFunction:
        parameters = self._stage.parameters
        spec = FunctionSpec(
            role=role,
            runtime=lambda_.Runtime.FROM_IMAGE,
            sizing=Sizing(parameters.memory_mb, Duration.seconds(SECONDS[role]), parameters.reserved_concurrency[role]),
            log_retention=LOG_RETENTION,
            environment={**self._shared, **row.environment},
            statements=row.statements,
        )
        return ImageFunction(self, role, names=self._stage.names, spec=spec)
