"""A log of the traffic that a network's groups reject."""

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs import principals
from infra.constructs.metadata import mark
from infra.constructs.network.private_network import name
from infra.constructs.role import allow, least_role
from infra.names import Names

_ROLE = "rejected"
_PREFIX = "/aws/vpc-flow-logs/"


class RejectedTraffic(Construct):
    """Rejected traffic of a VPC, each minute, to a log group by a role of its own.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        region: str,
        vpc_id: str,
        retention: logs.RetentionDays,
    ) -> None:
        super().__init__(scope, construct_id)
        called = names.of(_ROLE, "flowlog")
        self.log_group_name = f"{_PREFIX}{called}"
        group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=self.log_group_name,
            retention=retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        arns = f"arn:{Aws.PARTITION}:ec2:{region}:{Aws.ACCOUNT_ID}:vpc-flow-log/*"
        conditions = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}, "ArnLike": {"aws:SourceArn": arns}}
        role = least_role(
            self,
            "Role",
            name=names.of("flow-log", "role"),
            trusted=principals.service("vpc-flow-logs.amazonaws.com", conditions),
            statements=[
                allow(
                    "WriteFlows",
                    ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                    group.log_group_arn,
                )
            ],
        )
        flow = ec2.CfnFlowLog(
            self,
            "Resource",
            resource_id=vpc_id,
            resource_type="VPC",
            traffic_type="REJECT",
            log_destination_type="cloud-watch-logs",
            log_group_name=group.log_group_name,
            deliver_logs_permission_arn=role.role_arn,
            max_aggregation_interval=60,
        )
        name(flow, called)
        mark(flow, names, _ROLE)
