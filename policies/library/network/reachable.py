"""What a function's code may call has a way out of the function's network, and no way leads further than the rights.

`kept` are services whose endpoints a network has although no right needs them.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-endpoints.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import role_of
from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import FUNCTION, ROLE
from policies.engine.network.excess import excess
from policies.engine.network.model import network_of
from policies.engine.network.naming import shown_function, shown_resource
from policies.engine.network.pointers import ENDPOINT, GROUP, SUBNET, VPC
from policies.engine.network.reach import Caller, Gap, gaps
from policies.engine.network.rights import Right, code_facts, rights_of, unread_policies
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.services.versions import whole_functions
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template


class Reachable(Policy):
    scope = (FUNCTION,)
    relies_on = (ROLE, VPC, SUBNET, GROUP, ENDPOINT)

    def judged(self, template: Template, parameters: dict[str, Any]) -> list[Resource]:
        places = network_of(template).places
        return [one for one in whole_functions(template) if places[one.logical_id].is_in_network]

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        callers: dict[Caller, list[Right]] = {}
        inside = 0
        for function in whole_functions(template):
            place, role = network_of(template).places[function.logical_id], role_of(template, function)
            if not place.is_in_network:
                continue
            inside += 1
            vpc, name = network_of(template).vpc_of(place), shown_function(parts, function)
            if vpc is None or None in place.groups:
                found = f"{name}: a subnet or group that {UNRESOLVED}"
                yield Finding(function.logical_id, "VpcConfig", found, "subnets and groups of this template")
            elif role is None:
                yield Finding(
                    function.logical_id, "Role", f"{name}: a role that {UNRESOLVED}", "a role of this template"
                )
            else:
                caller = Caller(function, role, place, vpc, code_facts(template, role, function))
                callers[caller] = rights_of(template, role, function)
        for caller, rights in callers.items():
            name = shown_function(parts, caller.function)
            for arn in unread_policies(template, caller.role):
                found = f"{name}: the rights of {arn}, which are not in the template"
                yield Finding(caller.role.logical_id, "ManagedPolicyArns", found, "rights that the template shows")
            for right in rights:
                yield from _unreachable(template, parts, name, right, gaps(template, caller, right))
        # What a function that cannot be resolved needs is not known.
        if len(callers) == inside:
            yield from excess(template, parts, callers, parameters["kept"])


def _unreachable(template: Template, parts: Parts, name: str, right: Right, found: list[Gap]) -> Iterator[Finding]:
    """Yield a finding for each reason; those that differ by their subnet alone are one."""
    what = f"{name}: {right.action} on {shown_resource(template, parts, right.resource)} has no way"
    together: dict[tuple[str, str, str], list[Gap]] = {}
    for gap in found:
        # In one finding: what is wrong in several subnets.
        same = gap.found.replace(gap.subnet, "") if gap.subnet else gap.found
        together.setdefault((gap.owner, gap.path, same), []).append(gap)
    for (owner, path, _), gaps_of_subnets in together.items():
        first, subnets = gaps_of_subnets[0], ", ".join(gap.subnet for gap in gaps_of_subnets)
        text = first.found.replace(first.subnet, subnets) if first.subnet else first.found
        yield Finding(owner, path, f"{what}: {text}", first.wanted, first.fix)


policy = Reachable()
