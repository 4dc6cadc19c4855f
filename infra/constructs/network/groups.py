"""The groups of functions and of endpoints: HTTPS from the former to the latter, and nothing else."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.constructs.metadata import mark
from infra.constructs.network.private_network import name
from infra.names import Names

HTTPS = 443
ANYWHERE = "0.0.0.0/0"
# A group without a rule for outgoing traffic gets one that lets everything out: this one reaches nobody.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
NOWHERE = {"ip_protocol": "icmp", "from_port": 252, "to_port": 86, "cidr_ip": "255.255.255.255/32"}


def functions_group(scope: Construct, construct_id: str, names: Names, vpc_id: str) -> ec2.CfnSecurityGroup:
    """Return the group of functions: HTTPS out, nothing in.

    To anywhere, since gateway endpoints are reached by public addresses of their services; no route leads further.
    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    rule = ec2.CfnSecurityGroup.EgressProperty(
        **_https("HTTPS to the endpoints, no route leads further"), cidr_ip=ANYWHERE
    )
    return _group(scope, construct_id, names, vpc_id, "functions", "Functions: HTTPS out, nothing in", egress=[rule])


def endpoints_group(
    scope: Construct, construct_id: str, names: Names, vpc_id: str, functions: ec2.CfnSecurityGroup
) -> ec2.CfnSecurityGroup:
    """Return the group of interface endpoints: HTTPS in from the functions' group, nothing out."""
    rule = ec2.CfnSecurityGroup.IngressProperty(
        **_https("HTTPS from the functions"), source_security_group_id=functions.attr_group_id
    )
    nothing = ec2.CfnSecurityGroup.EgressProperty(**NOWHERE, description="Nothing")
    text = "Endpoints: HTTPS in from the functions, nothing out"
    return _group(scope, construct_id, names, vpc_id, "endpoints", text, ingress=[rule], egress=[nothing])


def _https(description: str) -> dict[str, Any]:
    return {"ip_protocol": "tcp", "from_port": HTTPS, "to_port": HTTPS, "description": description}


def _group(
    scope: Construct,
    construct_id: str,
    names: Names,
    vpc_id: str,
    role: str,
    description: str,
    *,
    ingress: Sequence[ec2.CfnSecurityGroup.IngressProperty] = (),
    egress: Sequence[ec2.CfnSecurityGroup.EgressProperty],
) -> ec2.CfnSecurityGroup:
    # AWS refuses names that begin with "sg-".
    called = names.of(role, "securitygroup")
    group = ec2.CfnSecurityGroup(
        scope,
        construct_id,
        vpc_id=vpc_id,
        group_name=called,
        group_description=description,
        security_group_ingress=list(ingress) or None,
        security_group_egress=list(egress),
    )
    name(group, called)
    mark(group, names, role)
    return group
