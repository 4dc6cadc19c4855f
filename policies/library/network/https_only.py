"""Functions reach port 443 alone and nothing reaches them; endpoints let 443 in from the functions' groups alone.

What leaves an endpoint's group is of no consequence: an endpoint opens no connection.
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.network.model import Group, Network, network_of
from policies.engine.network.pointers import ACL, GROUP, known, pointed
from policies.engine.network.rules import EGRESS, INGRESS, Rule, homeless_rules
from policies.engine.policy import Policy
from policies.engine.template.template import Template
from policies.engine.template.values import shown

_ENTRY = "AWS::EC2::NetworkAclEntry"
_OUT = "TCP to port 443 alone"


class HttpsOnly(Policy):
    scope = (GROUP,)
    relies_on = (INGRESS, EGRESS, _ENTRY)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        network = network_of(template)
        functions = {one.logical_id for place in network.places.values() for one in known(place.groups)}
        endpoints = {one.logical_id for own in network.endpoints.values() for one in known(own.groups)}
        for name, group in network.groups.items():
            is_endpoints = name in endpoints and name not in functions
            yield from _ingress(network, group, functions if is_endpoints else set())
            if not is_endpoints:
                yield from _egress(group.egress)
        for rule in homeless_rules(template):
            yield _finding(rule, "a rule of one group of these templates")
        for entry in template.of_type(_ENTRY):
            if not pointed(template, entry.properties.get("NetworkAclId"), ACL):
                found = shown(template, entry.properties.get("NetworkAclId"))
                yield Finding(entry.logical_id, "NetworkAclId", found, "an ACL of these templates: a VPC's own is left")


def _ingress(network: Network, group: Group, functions: set[str]) -> Iterator[Finding]:
    for rule in group.ingress:
        from_functions = any(rule.is_group(network.groups[one].resource) for one in functions)
        if not (rule.is_https and from_functions):
            who = f"TCP to port 443 from {', '.join(sorted(functions))} alone"
            yield _finding(rule, who if functions else "nothing may enter")


def _egress(rules: tuple[Rule, ...]) -> Iterator[Finding]:
    for rule in rules:
        if not (rule.is_https and rule.is_certain) and not rule.is_nothing:
            yield _finding(rule, _OUT)


def _finding(rule: Rule, wanted: str) -> Finding:
    return Finding(rule.owner.logical_id, rule.path, str(rule), wanted)


policy = HttpsOnly()
