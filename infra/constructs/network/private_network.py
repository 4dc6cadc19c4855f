"""A VPC without a way out: private subnets in three zones, one route table that routes inside only."""

from collections.abc import Sequence
from ipaddress import IPv4Network

from aws_cdk import Fn, Tags
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.constructs.metadata import mark
from infra.names import Names

SUBNETS = 3


class PrivateNetwork(Construct):
    """No internet gateway, no NAT, no public addresses; `zones` are names, or none for the first three of the region.

    `Fn::GetAZs` needs no look-up, but may give zones that lack a service: then the zones have to be named.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getavailabilityzones.html
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, cidr: str, zones: Sequence[str] = ()
    ) -> None:
        super().__init__(scope, construct_id)
        # Private DNS of endpoints needs both. https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
        vpc = ec2.CfnVPC(self, "Vpc", cidr_block=cidr, enable_dns_support=True, enable_dns_hostnames=True)
        name(vpc, names.of("network", "vpc"))
        mark(vpc, names, "network")
        self.vpc_id = vpc.ref
        table = ec2.CfnRouteTable(self, "Routes", vpc_id=self.vpc_id)
        name(table, names.of("private", "routetable"))
        mark(table, names, "private")
        self.route_table_id = table.ref
        # A fourth part is left for what may come.
        ranges = IPv4Network(cidr).subnets(prefixlen_diff=2)
        chosen = zones or [Fn.select(number, Fn.get_azs()) for number in range(SUBNETS)]
        self.subnet_ids = [
            self._subnet(names, number, str(part), zone)
            for number, (part, zone) in enumerate(zip(ranges, chosen, strict=False), start=1)
        ]

    def _subnet(self, names: Names, number: int, cidr: str, zone: str) -> str:
        subnet = ec2.CfnSubnet(
            self,
            f"Private{number}",
            vpc_id=self.vpc_id,
            cidr_block=cidr,
            availability_zone=zone,
            map_public_ip_on_launch=False,
        )
        name(subnet, names.of(f"private-{number}", "subnet"))
        mark(subnet, names, "private")
        ec2.CfnSubnetRouteTableAssociation(
            self, f"Private{number}Routes", subnet_id=subnet.ref, route_table_id=self.route_table_id
        )
        return subnet.ref


def name(resource: Construct, value: str) -> None:
    """Name what has no name of its own by its tag."""
    Tags.of(resource).add("Name", value)
