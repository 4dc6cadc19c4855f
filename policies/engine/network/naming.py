"""How a finding names functions, networks and what rights are on: by their parts, as an operator knows them."""

from policies.engine.network.model import network_of
from policies.engine.network.pointers import ENDPOINT, GROUP, ROUTE_TABLE, SUBNET, VPC
from policies.engine.parts import KINDS, Parts
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource, mapping
from policies.engine.template.template import Template
from policies.engine.template.values import listed

_SHOWN = {
    VPC: "network",
    SUBNET: "subnet",
    GROUP: "security group",
    ENDPOINT: "endpoint",
    ROUTE_TABLE: "route table",
}


def shown_function(parts: Parts, function: Resource) -> str:
    """Return a function as `function <part>`; by its logical id if it plays none."""
    return _played(parts, "function", function) or f"function {function.logical_id}"


def _played(parts: Parts, kind: str, resource: Resource) -> str:
    own = (part for part, one in parts.players(kind).items() if one.logical_id == resource.logical_id)
    return next((f"{kind} {part}" for part in own), "")


def shown(template: Template, resource: Resource) -> str:
    """Return something of a network by its mark, of several that share it with a number; else by its name or id."""
    kind = _SHOWN.get(resource.type, resource.type)
    endpoint = network_of(template).endpoints.get(resource.logical_id)
    if endpoint and endpoint.service:
        return f"{kind} {endpoint.service}"
    same = [one.logical_id for one in template.of_type(resource.type) if resource.mark and one.mark == resource.mark]
    if not same:
        return f"{kind} {_tagged(template, resource) or resource.logical_id}"
    number = f" {same.index(resource.logical_id) + 1}" if len(same) > 1 else ""
    own = resource.mark.removesuffix(f"-{kind}")
    return f"the {kind}{number}" if own == kind else f"{kind} {own}{number}"


def _tagged(template: Template, resource: Resource) -> str:
    """Return the name in a resource's tags, which a stage has where a template has marks."""
    tags = [mapping(one) for one in listed(template.value(resource, "Tags"))]
    return next((text_of(one.get("Value")) or "" for one in tags if one.get("Key") == "Name"), "")


def shown_resource(template: Template, parts: Parts, arn: str) -> str:
    """Return what a right is on: `table records/index/by-day` where a table plays a part, else the ARN."""
    end = len(arn)
    while end > 0:
        owner = template.by_arn(arn[:end])
        if owner:
            return f"{_part(parts, owner)}{arn[end:]}"
        end = max(arn.rfind(sign, 0, end) for sign in ":/")
    return arn


def _part(parts: Parts, resource: Resource) -> str:
    kind = next((kind for kind, types in KINDS.items() if resource.type in types), "")
    return (kind and _played(parts, kind, resource)) or resource.logical_id
