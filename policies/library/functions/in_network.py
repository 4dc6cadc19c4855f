"""Every function stands in subnets of the templates' own network, in enough zones, with groups of its own.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import FUNCTION
from policies.engine.network.model import Network, Place, network_of
from policies.engine.network.pointers import GROUP, SUBNET, default_of, items_of
from policies.engine.network.zones import distinct
from policies.engine.policy import Policy
from policies.engine.services.versions import whole_functions
from policies.engine.template.resource import Resource, mapping
from policies.engine.template.template import Template
from policies.engine.template.values import is_off, shown

_CONFIG, _SUBNETS, _GROUPS = "VpcConfig", "VpcConfig.SubnetIds", "VpcConfig.SecurityGroupIds"


class InNetwork(Policy):
    scope = (FUNCTION,)
    relies_on = (SUBNET, GROUP)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        network = network_of(template)
        for function in whole_functions(template):
            yield from _place(template, network, network.places[function.logical_id], parameters["zones"])


def _place(template: Template, network: Network, place: Place, zones: int) -> Iterator[Finding]:
    name = place.function.logical_id
    if not place.is_in_network:
        yield Finding(
            name, _CONFIG, "none: the function is outside of the network", "subnets and a group of the network"
        )
        return
    if None in place.subnets:
        yield Finding(name, _SUBNETS, f"a subnet that {UNRESOLVED}", "subnets of these templates")
    elif (number := distinct(one.zone for one in network.subnets_of(place.subnets))) < zones:
        yield Finding(name, _SUBNETS, f"subnets in {number} zones for certain", f"subnets in {zones} zones")
    yield from _groups(template, network, place)
    if not is_off(template.value(place.function, f"{_CONFIG}.Ipv6AllowedForDualStack")):
        found = shown(template, template.value(place.function, f"{_CONFIG}.Ipv6AllowedForDualStack"))
        yield Finding(name, f"{_CONFIG}.Ipv6AllowedForDualStack", found, "false: IPv6 addresses are public")


def _groups(template: Template, network: Network, place: Place) -> Iterator[Finding]:
    name, wanted = place.function.logical_id, "a group of these templates"
    raw = items_of(template, mapping(template.value(place.function, _CONFIG)).get("SecurityGroupIds"))
    if not raw or any(default_of(template, one, GROUP) for one in raw):
        found = "the VPC's default group: all its members reach each other, and everywhere"
        yield Finding(name, _GROUPS, found, wanted)
    elif None in place.groups:
        yield Finding(name, _GROUPS, f"a group that {UNRESOLVED}", wanted)
    vpcs = {_id(one.vpc) for one in (*network.subnets_of(place.subnets), *network.groups_of(place.groups))}
    if len(vpcs) > 1:
        found = "subnets and groups of several VPCs, or of one that cannot be resolved"
        yield Finding(name, _CONFIG, found, "those of one VPC of these templates")


def _id(vpc: Resource | None) -> str:
    return vpc.logical_id if vpc else ""


policy = InNetwork()
