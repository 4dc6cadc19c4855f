"""Every VPC has subnets in enough zones, and each zone is certain.

https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.network.model import network_of
from policies.engine.network.pointers import SUBNET, VPC
from policies.engine.network.zones import distinct
from policies.engine.policy import Policy
from policies.engine.template.template import Template


class SubnetsInZones(Policy):
    scope = (SUBNET,)
    relies_on = (VPC,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        network, wanted = network_of(template), parameters["zones"]
        for subnet in network.subnets.values():
            if subnet.zone is None:
                found = f"a zone that {UNRESOLVED}"
                yield Finding(
                    subnet.resource.logical_id, "AvailabilityZone", found, "its name, or Fn::GetAZs by number"
                )
            if subnet.vpc is None:
                found = f"a VPC that {UNRESOLVED}"
                yield Finding(subnet.resource.logical_id, "VpcId", found, "a VPC of these templates")
        for vpc in network.vpcs:
            zones = [one.zone for one in network.subnets.values() if one.vpc and one.vpc.logical_id == vpc]
            # Of a zone that cannot be resolved its subnet says enough.
            if (number := distinct(zones) + zones.count(None)) < wanted:
                yield Finding(vpc, "", f"subnets in {number} zones for certain", f"subnets in {wanted} zones")


policy = SubnetsInZones()
