"""What all functions have: a role, a log group, tracing, reserved concurrency, optionally an alias."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs import principals
from infra.constructs.metadata import mark
from infra.constructs.role import allow, least_role
from infra.names import Names


@dataclass(frozen=True)
class Sizing:
    """Memory in MB, timeout of one invocation, concurrent executions; 0 provisioned means none."""

    memory_mb: int
    timeout: Duration
    reserved: int
    provisioned: int = 0


@dataclass(frozen=True)
class Destinations:
    """Asynchronous invocations: how often and for how long they are retried, and the destinations of their results."""

    retries: int
    event_age: Duration
    failure: sqs.IQueue
    success: events.IEventBus | None = None


@dataclass(frozen=True)
class Packaged:
    """What a kind of function runs: its code, the handler in it, and the hash that Lambda states of an archive."""

    code: lambda_.Code
    handler: str
    code_sha256: str | None = None


@dataclass(frozen=True)
class Placement:
    """A network's subnets and group that a function is in, and the role that stands beside them.

    Lambda removes a function's interfaces by its role, which therefore outlives the function.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    """

    subnet_ids: Sequence[str]
    security_group_id: str
    role_arn: str


@dataclass(frozen=True)
class FunctionSpec:
    """One function's settings; `role` names its code's folder, its metadata and its physical name."""

    role: str
    runtime: lambda_.Runtime
    sizing: Sizing
    log_retention: logs.RetentionDays
    environment: Mapping[str, str]
    # Those of a role of its own, which a function in a network does not have.
    statements: Sequence[iam.PolicyStatement] = ()
    placement: Placement | None = None
    # A function with an alias is called only through it.
    alias: str | None = None
    destinations: Destinations | None = None


class Function(Construct):
    """A function on arm64; `entry` is what its callers call."""

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, spec: FunctionSpec, packaged: Packaged
    ) -> None:
        super().__init__(scope, construct_id)
        self._function = self._make_function(names, spec, packaged)
        mark(self._function, names, spec.role)
        self.name = self._function.function_name
        # The classes name a parameter differently from the interface. https://github.com/aws/jsii/issues/4541
        self.entry = cast(lambda_.IFunction, self._function)
        if spec.alias:
            provisioned = spec.sizing.provisioned or None
            alias = self._function.add_alias(spec.alias, provisioned_concurrent_executions=provisioned)
            self.entry = cast(lambda_.IFunction, alias)
        if spec.destinations:
            self._set_destinations(spec.alias or "$LATEST", spec.destinations)

    def give(self, variable: str, value: str) -> None:
        """Set a variable that is known only after the function is created."""
        self._function.add_environment(variable, value)

    def _make_function(self, names: Names, spec: FunctionSpec, packaged: Packaged) -> lambda_.Function:
        name = names.of(spec.role, "lambda")
        log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/lambda/{name}",
            retention=spec.log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            runtime=spec.runtime,
            architecture=lambda_.Architecture.ARM_64,
            handler=packaged.handler,
            code=packaged.code,
            # Without it CloudFormation would publish whatever code the function has at that time.
            # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
            current_version_options=lambda_.VersionOptions(code_sha256=packaged.code_sha256),
            memory_size=spec.sizing.memory_mb,
            timeout=spec.sizing.timeout,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log_group,
            reserved_concurrent_executions=spec.sizing.reserved,
            environment=dict(spec.environment),
            role=self._role(names, log_group, spec),
        )
        if spec.placement:
            # The CDK's own way wants constructs of the network, and adds groups and rights.
            resource = cast(lambda_.CfnFunction, function.node.default_child)
            resource.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
                subnet_ids=list(spec.placement.subnet_ids), security_group_ids=[spec.placement.security_group_id]
            )
        return function

    def _role(self, names: Names, log_group: logs.ILogGroup, spec: FunctionSpec) -> iam.IRole:
        arn = spec.placement.role_arn if spec.placement else self._own_role(names, log_group, spec)
        # As an imported role: otherwise the CDK would add statements of its own, such as X-Ray's a second time.
        return iam.Role.from_role_arn(self, "FixedRole", arn, mutable=False)

    def _own_role(self, names: Names, log_group: logs.ILogGroup, spec: FunctionSpec) -> str:
        statements = [*basics(log_group.log_group_arn), *_sends(spec.destinations), *spec.statements]
        return function_role(self, "Role", names, spec.role, statements).role_arn

    def _set_destinations(self, qualifier: str, destinations: Destinations) -> None:
        """Set them on the alias if there is one: destinations of $LATEST do not apply to calls through an alias.

        https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
        """
        kinds = lambda_.CfnEventInvokeConfig
        bus = destinations.success
        config = kinds(
            self,
            "Destinations",
            function_name=self.name,
            qualifier=qualifier,
            maximum_retry_attempts=destinations.retries,
            maximum_event_age_in_seconds=int(destinations.event_age.to_seconds()),
            destination_config=kinds.DestinationConfigProperty(
                on_success=kinds.OnSuccessProperty(destination=bus.event_bus_arn) if bus else None,
                on_failure=kinds.OnFailureProperty(destination=destinations.failure.queue_arn),
            ),
        )
        if qualifier != "$LATEST":
            config.node.add_dependency(self.entry)


def function_role(
    scope: Construct, construct_id: str, names: Names, role: str, statements: Sequence[iam.PolicyStatement]
) -> iam.Role:
    """Return the role of one function."""
    trusted = principals.service("lambda.amazonaws.com")
    return least_role(scope, construct_id, name=names.of(role, "role"), trusted=trusted, statements=statements)


def basics(log_group_arn: str) -> list[iam.PolicyStatement]:
    """Return what every function does beside its work: it writes logs and traces."""
    return [
        # A function writes to its own log group and creates none.
        allow("OwnLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], log_group_arn),
        # These two X-Ray actions have no resource types.
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
        allow("Traces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"),
    ]


def _sends(destinations: Destinations | None) -> list[iam.PolicyStatement]:
    """Allow the function's role to send to a destination: Lambda uses that role."""
    if destinations is None:
        return []
    failure = allow("FailureDestination", ["sqs:SendMessage"], destinations.failure.queue_arn)
    if destinations.success is None:
        return [failure]
    return [allow("SuccessDestination", ["events:PutEvents"], destinations.success.event_bus_arn), failure]
