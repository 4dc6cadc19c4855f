"""Endpoints of a private network, and their policies.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs import principals
from infra.constructs.metadata import mark
from infra.constructs.network.private_network import PrivateNetwork, name
from infra.names import Names


class Endpoints(Construct):
    """One endpoint for each service: by the route table, or with private DNS in every subnet."""

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, region: str, network: PrivateNetwork
    ) -> None:
        super().__init__(scope, construct_id)
        self._names, self._region, self._network = names, region, network

    def gateway(self, service: str, statements: Sequence[iam.PolicyStatement]) -> None:
        """Add the endpoint of DynamoDB or S3."""
        self._endpoint(service, "Gateway", statements, {"route_table_ids": [self._network.route_table_id]})

    def interface(self, service: str, statements: Sequence[iam.PolicyStatement], group_id: str) -> None:
        """Add the endpoint of another service, which `group_id` guards."""
        ways = {
            "subnet_ids": self._network.subnet_ids,
            "security_group_ids": [group_id],
            "private_dns_enabled": True,
        }
        self._endpoint(service, "Interface", statements, ways)

    def _endpoint(
        self, service: str, kind: str, statements: Sequence[iam.PolicyStatement], ways: Mapping[str, Any]
    ) -> None:
        endpoint = ec2.CfnVPCEndpoint(
            self,
            service,
            vpc_id=self._network.vpc_id,
            service_name=f"com.amazonaws.{self._region}.{service}",
            vpc_endpoint_type=kind,
            policy_document=iam.PolicyDocument(statements=list(statements)),
            **ways,
        )
        name(endpoint, self._names.of(service, "endpoint"))
        mark(endpoint, self._names, service)


def for_role(sid: str, actions: Sequence[str], resources: Sequence[str], role_arn: str) -> iam.PolicyStatement:
    """Let one role do these actions on these resources, and nobody else."""
    return iam.PolicyStatement(
        sid=sid,
        principals=[principals.anyone()],
        actions=list(actions),
        resources=list(resources),
        # A gateway endpoint's policy names no principal but everybody.
        conditions={"ArnEquals": {"aws:PrincipalArn": role_arn}},
    )


def own_account_only() -> iam.PolicyStatement:
    """Let this account's principals reach this account's resources: no data goes to another account."""
    return iam.PolicyStatement(
        sid="OwnAccountOnly",
        principals=[principals.anyone()],
        actions=["*"],
        resources=["*"],
        conditions={"StringEquals": {"aws:PrincipalAccount": Aws.ACCOUNT_ID, "aws:ResourceAccount": Aws.ACCOUNT_ID}},
    )
