"""The ARNs of where a function stands, as a policy writes them.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from policies.engine.network.model import network_of
from policies.engine.network.pointers import known
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template


def arn_in_ec2(template: Template, resource: str) -> str:
    """Return the ARN of something of EC2 in the template's account and region, such as `subnet/*`."""
    return f"arn:aws:ec2:{template.region}:{template.account}:{resource}"


def subnet_arns(template: Template, function: Resource) -> list[str]:
    """Return the ARNs of the subnets that a function runs in, without those that cannot be resolved."""
    subnets = network_of(template).places[function.logical_id].subnets
    return [arn_in_ec2(template, f"subnet/{template.ref(one)}") for one in known(subnets)]


def group_arns(template: Template, function: Resource) -> list[str]:
    """Return the ARNs of the groups that a function is in, without those that cannot be resolved."""
    groups = network_of(template).places[function.logical_id].groups
    return [arn_in_ec2(template, f"security-group/{template.ref(one)}") for one in known(groups)]


def network_arn(template: Template, function: Resource) -> str | None:
    """Return the ARN of the network that a function certainly runs in."""
    network = network_of(template)
    vpc = network.vpc_of(network.places[function.logical_id])
    return arn_in_ec2(template, f"vpc/{template.ref(vpc)}") if vpc else None
