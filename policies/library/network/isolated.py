"""Nothing leads out of the network or into it, but endpoints of AWS's own services.

https://docs.aws.amazon.com/vpc/latest/userguide/extend-intro.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.network.joining import CIDR_BLOCK, DHCP, DHCP_OF_VPC, ROUTE
from policies.engine.network.model import ACL_OF_SUBNET, TABLE_OF_SUBNET
from policies.engine.network.pointers import ACL, ROUTE_TABLE, SUBNET, VPC
from policies.engine.network.ways import ways
from policies.engine.policy import Policy
from policies.engine.template.template import Template


class Isolated(Policy):
    scope = (VPC,)
    relies_on = (SUBNET, ROUTE_TABLE, ROUTE, TABLE_OF_SUBNET, ACL, ACL_OF_SUBNET, CIDR_BLOCK, DHCP, DHCP_OF_VPC)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for way in ways(template):
            yield Finding(way.resource.logical_id, way.path, way.found, way.wanted)


policy = Isolated()
