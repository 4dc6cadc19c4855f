"""The three functions: the environment and the permissions of each."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.function.base import Destinations, FunctionSpec, Sizing
from infra.constructs.function.node import NodeFunction
from infra.realtime import permissions
from infra.realtime.messaging import Buses, Queues
from infra.realtime.parameters import Function, Parameters
from infra.realtime.storage import Storage
from infra.stage import Stage

RUNTIME = lambda_.Runtime.NODEJS_18_X
ALIAS = "live"
TIMEOUT = Duration.seconds(10)
RETRIES = 2
EVENT_AGE = Duration.hours(1)
LOG_RETENTION = logs.RetentionDays.ONE_MONTH


class Functions(Construct):
    """`ingest_processor` accepts, `fraud_detector` judges, `notifier` alerts."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        stage: Stage[Parameters],
        storage: Storage,
        buses: Buses,
        queues: Queues,
        alert_topic_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self._stage, self._parameters, self._audit_logs = stage, stage.parameters, storage.audit_logs.table_name
        self._destinations = Destinations(RETRIES, EVENT_AGE, failure=queues.failure, success=buses.audit)
        self.ingest_processor = self._ingest_processor(storage, buses, queues)
        self.fraud_detector = self._fraud_detector(storage, buses)
        self.notifier = self._function(
            Function.NOTIFIER, {"ALERT_TOPIC_ARN": alert_topic_arn}, permissions.notifier(storage, alert_topic_arn)
        )

    @property
    def all(self) -> tuple[NodeFunction, ...]:
        """Return the three, in the order in which a transaction passes them."""
        return self.ingest_processor, self.fraud_detector, self.notifier

    def _ingest_processor(self, storage: Storage, buses: Buses, queues: Queues) -> NodeFunction:
        environment = {
            "TRANSACTIONS_TABLE": storage.transactions.table_name,
            "TRANSACTION_BUS": buses.transaction.event_bus_name,
            "FAILURE_QUEUE_URL": queues.failure.queue_url,
            "VELOCITY_WINDOW_SECONDS": str(self._parameters.velocity_window_seconds),
        }
        return self._function(Function.INGEST_PROCESSOR, environment, permissions.ingest_processor(storage, buses))

    def _fraud_detector(self, storage: Storage, buses: Buses) -> NodeFunction:
        environment = {
            "RULES_TABLE": storage.rules.table_name,
            "RULES_CACHE_SECONDS": str(self._parameters.rules_cache_seconds),
            "PROCESSED_BUCKET": storage.processed.bucket_name,
            "SYSTEM_BUS": buses.system.event_bus_name,
        }
        return self._function(Function.FRAUD_DETECTOR, environment, permissions.fraud_detector(storage, buses))

    def _function(
        self, role: Function, environment: Mapping[str, str], statements: Sequence[iam.PolicyStatement]
    ) -> NodeFunction:
        spec = FunctionSpec(
            role=role,
            runtime=RUNTIME,
            log_retention=LOG_RETENTION,
            alias=ALIAS,
            sizing=Sizing(
                memory_mb=self._parameters.memory_mb,
                timeout=TIMEOUT,
                reserved=self._parameters.reserved_concurrency[role],
                provisioned=self._parameters.provisioned_concurrency[role],
            ),
            destinations=self._destinations,
            environment={
                "STAGE": self._stage.name,
                "AUDIT_LOGS_TABLE": self._audit_logs,
                # A Node.js warning would be the only log line that is not JSON.
                "NODE_NO_WARNINGS": "1",
                **environment,
            },
            statements=statements,
        )
        return NodeFunction(self, role, names=self._stage.names, spec=spec)
