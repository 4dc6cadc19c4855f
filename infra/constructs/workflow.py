"""Express workflows: their states as small dictionaries, their machine, and the longest time that they can take.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from collections.abc import Mapping, Sequence

from aws_cdk import Aws, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra.constructs import principals
from infra.constructs.metadata import mark
from infra.constructs.role import allow, least_role
from infra.constructs.states import CALL_SECONDS, TWICE, Json, Retry, State, task
from infra.names import Names

# Step Functions' logs have a prefix of their own: one resource policy of the account covers all groups below it.
# https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
_LOG_PREFIX = "/aws/vendedlogs/states/"
# None of them has a resource type. https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
_LOG_DELIVERY = (
    "CreateLogDelivery",
    "GetLogDelivery",
    "UpdateLogDelivery",
    "DeleteLogDelivery",
    "ListLogDeliveries",
    "PutResourcePolicy",
    "DescribeResourcePolicies",
    "DescribeLogGroups",
)
# https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html
_TRACES = ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")


class Workflow(Construct):
    """An Express state machine with a role, a log of every transition without its data, and traces."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        purpose: str,
        definition: Mapping[str, Json],
        statements: Sequence[iam.PolicyStatement],
        log_retention: logs.RetentionDays,
    ) -> None:
        super().__init__(scope, construct_id)
        name = names.of(purpose, "sfn")
        group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"{_LOG_PREFIX}{name}",
            retention=log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = least_role(
            self,
            "Role",
            name=names.of(purpose, "role"),
            trusted=principals.service("states.amazonaws.com", {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}),
            statements=[*_basics(), *statements],
        )
        machine = stepfunctions.CfnStateMachine
        resource = machine(
            self,
            "Resource",
            state_machine_name=name,
            state_machine_type="EXPRESS",
            definition_string=Stack.of(self).to_json_string(dict(definition)),
            role_arn=role.role_arn,
            logging_configuration=machine.LoggingConfigurationProperty(
                level="ALL",
                include_execution_data=False,
                destinations=[
                    machine.LogDestinationProperty(
                        cloud_watch_logs_log_group=machine.CloudWatchLogsLogGroupProperty(
                            log_group_arn=group.log_group_arn
                        )
                    )
                ],
            ),
            tracing_configuration=machine.TracingConfigurationProperty(enabled=True),
        )
        mark(resource, names, purpose)
        self.arn, self.role_arn = resource.ref, role.role_arn
        self.log_group_name = f"{_LOG_PREFIX}{name}"


def _basics() -> list[iam.PolicyStatement]:
    return [
        allow("Logs", [f"logs:{action}" for action in _LOG_DELIVERY], "*"),
        allow("Traces", [f"xray:{action}" for action in _TRACES], "*"),
    ]


def service(action: str) -> str:
    """Return the resource of a task that calls a service, such as `lambda:invoke`."""
    return f"arn:{Aws.PARTITION}:states:::{action}"


def call(
    action: str,
    parameters: Mapping[str, Json],
    *,
    catch: Sequence[State],
    then: str,
    result: str,
    retry: Retry = TWICE,
) -> State:
    """Return a task that calls a service by the workflow's own role: short, and by default tried twice."""
    return task(service(action), parameters, seconds=CALL_SECONDS, retry=retry, catch=catch, result=result, then=then)
