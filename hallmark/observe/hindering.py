"""What hinders CloudFormation to delete the networks of a stage: whatever stands in them that no stack made.

https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
"""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from hallmark.observe.deployment import Deployment
from hallmark.observe.readers import READERS
from hallmark.stage.deployed import DeployedStage
from infra.errors import UserError

# What must be gone before its subnet, its group or its network can be deleted; some go with another of these.
_KINDS = tuple(
    f"AWS::EC2::{name}"
    for name in (
        *("Instance", "NetworkInterface", "VPCEndpoint", "NatGateway", "InstanceConnectEndpoint", "ClientVpnEndpoint"),
        *("TransitGatewayAttachment", "InternetGateway", "EgressOnlyInternetGateway", "CarrierGateway"),
        *("RouteTable", "NetworkAcl", "SecurityGroup", "Subnet"),
    )
)


def hindering(stage: DeployedStage) -> list[str]:
    """Return the ids of what hinders it; none where reading is not allowed. The stacks need not be whole."""
    try:
        return list(_found([Deployment(stage.of_stacks(name)) for name in stage.stacks]))
    except (UserError, ClientError):
        return []


def _found(deployments: list[Deployment]) -> Iterator[str]:
    for deployment in deployments:
        for kind in _KINDS:
            for thing in READERS[kind](deployment):
                is_own = any(one.made(kind, thing.physical) for one in deployments)
                # A network's own list goes with it.
                if not is_own and (kind != "AWS::EC2::NetworkAcl" or "List" in thing.facts):
                    yield thing.physical
