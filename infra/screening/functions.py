"""The three functions, alike but for their code and their roles."""

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.function.base import FunctionSpec, Sizing
from infra.constructs.function.image import ImageFunction
from infra.screening.network import NetworkStack
from infra.screening.parameters import Function, Parameters
from infra.screening.storage import Storage
from infra.stage import Stage

LOG_RETENTION = logs.RetentionDays.ONE_MONTH
TIMEOUT = Duration.seconds(60)


class Functions(Construct):
    """`validation` claims ids, `fraud_detection` scores, `compliance_checking` checks and decides."""

    def __init__(
        self, scope: Construct, construct_id: str, stage: Stage[Parameters], network: NetworkStack, storage: Storage
    ) -> None:
        super().__init__(scope, construct_id)
        self._stage, self._network = stage, network
        self._environment = {"STAGE": stage.name, "STATE_TABLE": storage.state.table_name}
        self.validation = self._function(Function.VALIDATION)
        self.fraud_detection = self._function(Function.FRAUD_DETECTION)
        self.compliance_checking = self._function(Function.COMPLIANCE_CHECKING)

    @property
    def all(self) -> tuple[ImageFunction, ...]:
        """Return the three, in the order in which a transaction passes them."""
        return self.validation, self.fraud_detection, self.compliance_checking

    def _function(self, role: Function) -> ImageFunction:
        parameters = self._stage.parameters
        spec = FunctionSpec(
            role=role,
            runtime=lambda_.Runtime.FROM_IMAGE,
            sizing=Sizing(parameters.memory_mb, TIMEOUT, parameters.reserved_concurrency[role]),
            log_retention=LOG_RETENTION,
            environment=self._environment,
            placement=self._network.placement(role),
        )
        return ImageFunction(self, role, names=self._stage.names, spec=spec)
