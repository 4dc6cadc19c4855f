"""A Node.js function with a role, a log group, an alias and destinations of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.metadata import mark
from infra.errors import UserError
from infra.names import Names
from infra.paths import ROOT

RUNTIME = lambda_.Runtime.NODEJS_18_X
ALIAS = "live"
TIMEOUT = Duration.seconds(10)
RETRIES = 2
EVENT_AGE = Duration.hours(1)


@dataclass(frozen=True)
class Sizing:
    """Memory in MB; concurrency in executions at once, 0 provisioned meaning none."""

    memory_mb: int
    reserved: int
    provisioned: int


@dataclass(frozen=True)
class Destinations:
    """Where the outcome of an asynchronous invocation goes."""

    success: events.IEventBus
    failure: sqs.IQueue


@dataclass(frozen=True)
class FunctionSpec:
    """What sets one function apart; `role` names its bundle, its metadata and its physical name."""

    role: str
    sizing: Sizing
    destinations: Destinations
    environment: Mapping[str, str]
    statements: Sequence[iam.PolicyStatement]


class NodeFunction(Construct):
    """A function, to be called through its alias only."""

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, spec: FunctionSpec) -> None:
        super().__init__(scope, construct_id)
        self._function = self._make_function(names, spec)
        mark(self._function, names, spec.role)
        self.name = self._function.function_name
        provisioned = spec.sizing.provisioned or None
        self.alias = self._function.add_alias(ALIAS, provisioned_concurrent_executions=provisioned)
        self._set_destinations(spec.destinations)

    def _make_function(self, names: Names, spec: FunctionSpec) -> lambda_.Function:
        name = names.of(spec.role, "lambda")
        log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/lambda/{name}",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        return lambda_.Function(
            self,
            "Function",
            function_name=name,
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            handler="index.handler",
            code=_bundle(names.system, spec.role),
            memory_size=spec.sizing.memory_mb,
            timeout=TIMEOUT,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log_group,
            reserved_concurrent_executions=spec.sizing.reserved,
            environment=dict(spec.environment),
            role=self._role(names, log_group, spec),
        )

    def _role(self, names: Names, log_group: logs.ILogGroup, spec: FunctionSpec) -> iam.IRole:
        statements = [*_basics(log_group, spec.destinations), *spec.statements]
        role = iam.Role(
            self,
            "Role",
            role_name=names.of(spec.role, "role"),
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"least-privilege": iam.PolicyDocument(statements=statements)},
        )
        # As an imported role, or the CDK would add statements of its own, such as X-Ray's once more.
        return iam.Role.from_role_arn(self, "FixedRole", role.role_arn, mutable=False)

    def _set_destinations(self, destinations: Destinations) -> None:
        """On the alias, because destinations of $LATEST say nothing to calls through an alias.

        https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
        """
        kinds = lambda_.CfnEventInvokeConfig
        config = kinds(
            self,
            "Destinations",
            function_name=self.name,
            qualifier=ALIAS,
            maximum_retry_attempts=RETRIES,
            maximum_event_age_in_seconds=int(EVENT_AGE.to_seconds()),
            destination_config=kinds.DestinationConfigProperty(
                on_success=kinds.OnSuccessProperty(destination=destinations.success.event_bus_arn),
                on_failure=kinds.OnFailureProperty(destination=destinations.failure.queue_arn),
            ),
        )
        config.node.add_dependency(self.alias)


def _bundle(system: str, role: str) -> lambda_.Code:
    folder = ROOT / "build" / "lambda" / system / role
    if not (folder / "index.js").is_file():
        raise UserError(f"{folder.relative_to(ROOT)}/index.js: is missing, build the functions before the synth")
    return lambda_.Code.from_asset(str(folder))


def _basics(log_group: logs.ILogGroup, destinations: Destinations) -> list[iam.PolicyStatement]:
    bus, queue = destinations.success.event_bus_arn, destinations.failure.queue_arn
    return [
        # A function writes to its own group and makes none.
        _allow("OwnLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], log_group.log_group_arn),
        # X-Ray knows no resource for these two.
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
        _allow("Traces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"),
        # Lambda sends to a destination with the function's role.
        _allow("SuccessDestination", ["events:PutEvents"], bus),
        _allow("FailureDestination", ["sqs:SendMessage"], queue),
    ]


def _allow(sid: str, actions: list[str], resource: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=[resource])
