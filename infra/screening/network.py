"""The network of a stage, and the roles of what is in it: a stack of its own, which outlives the functions."""

from collections.abc import Mapping

from aws_cdk import CfnOutput
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.function.base import Placement, basics, function_role
from infra.constructs.network.endpoints import Endpoints, own_account_only
from infra.constructs.network.flow_logs import RejectedTraffic
from infra.constructs.network.groups import endpoints_group, functions_group
from infra.constructs.network.interfaces import interface_rights
from infra.constructs.network.private_network import PrivateNetwork
from infra.constructs.system_stack import SystemStack
from infra.screening import rights
from infra.screening.outputs import Output
from infra.screening.parameters import Function, Parameters
from infra.stage import Stage

PART = "network"
LOG_RETENTION = logs.RetentionDays.ONE_MONTH


class NetworkStack(SystemStack):
    """`hallmark-screening-network-<stage>`: subnets, groups, endpoints, flow logs, and the functions' roles."""

    def __init__(self, scope: Construct, stage: Stage[Parameters], tags: Mapping[str, str]) -> None:
        super().__init__(scope, stage, part=PART, about="the private network and the roles of its functions", tags=tags)
        names, region, parameters = stage.names, stage.system.region, stage.parameters
        self._network = PrivateNetwork(
            self, "Network", names=names, cidr=parameters.vpc_cidr, zones=parameters.availability_zones
        )
        vpc_id = self._network.vpc_id
        self._roles = {function: self._role(function, stage) for function in Function}
        functions = functions_group(self, "FunctionsGroup", names, vpc_id)
        # Whatever is made last is removed first: AWS removes a group once Lambda has removed the interfaces in it, for
        # which Lambda needs the roles.
        functions.node.add_dependency(*self._roles.values())
        self._group_id = functions.attr_group_id
        guard = endpoints_group(self, "EndpointsGroup", names, vpc_id, functions)
        endpoints = Endpoints(self, "Endpoints", names=names, region=region, network=self._network)
        endpoints.gateway("dynamodb", rights.of_endpoint(names, region))
        endpoints.gateway("s3", [own_account_only()])
        endpoints.interface("states", [own_account_only()], guard.attr_group_id)
        flows = RejectedTraffic(
            self, "RejectedTraffic", names=names, region=region, vpc_id=vpc_id, retention=LOG_RETENTION
        )
        CfnOutput(self, Output.VPC_ID, value=vpc_id)
        CfnOutput(self, Output.FLOW_LOG_GROUP, value=flows.log_group_name)

    def placement(self, function: Function) -> Placement:
        """Return where a function is, and as whom it calls."""
        return Placement(self._network.subnet_ids, self._group_id, self._roles[function].role_arn)

    def _role(self, function: Function, stage: Stage[Parameters]) -> iam.Role:
        names, region = stage.names, stage.system.region
        arn = rights.function_arn(function, names, region)
        statements = [
            *basics(rights.log_group_arn(function, names, region)),
            *interface_rights(region, self._network.vpc_id, self._network.subnet_ids, arn),
            *rights.of_function(function, names, region),
        ]
        return function_role(self, f"{function}-role", names, function, statements)
