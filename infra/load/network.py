"""A separate network: outbound TLS, nothing inbound, and traffic among the generators."""

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.names import Names

# The port on which Locust's master listens for its workers. https://docs.locust.io/en/stable/running-distributed.html
MASTER_PORT = 5557
TLS_PORT = 443
ZONES = 2
CIDR = "10.71.0.0/24"


class Network(Construct):
    """Public subnets without a NAT gateway, which would cost by the hour and be the bottleneck of the load.

    A task has a public address for outbound traffic; its security group allows none inbound from outside.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
    """

    def __init__(self, scope: Construct, construct_id: str, names: Names) -> None:
        super().__init__(scope, construct_id)
        public = ec2.SubnetConfiguration(name="out", subnet_type=ec2.SubnetType.PUBLIC, map_public_ip_on_launch=False)
        vpc = ec2.Vpc(
            self,
            "Vpc",
            vpc_name=names.of("network"),
            ip_addresses=ec2.IpAddresses.cidr(CIDR),
            max_azs=ZONES,
            nat_gateways=0,
            subnet_configuration=[public],
            # Restricting it would add a custom-resource function with another runtime.
            restrict_default_security_group=False,
        )
        self.subnet_ids = [subnet.subnet_id for subnet in vpc.public_subnets]
        self.security_group_id = self._security_group(vpc, names)

    def _security_group(self, vpc: ec2.Vpc, names: Names) -> str:
        group = ec2.SecurityGroup(
            self,
            "Generators",
            vpc=vpc,
            security_group_name=names.of("generators"),
            description="Load generators: TLS to the world, Locust among themselves",
            allow_all_outbound=False,
            disable_inline_rules=True,
        )
        group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(TLS_PORT), "The API and AWS")
        group.add_egress_rule(group, ec2.Port.tcp(MASTER_PORT), "Workers to their master")
        group.add_ingress_rule(group, ec2.Port.tcp(MASTER_PORT), "Workers to their master")
        return group.security_group_id
