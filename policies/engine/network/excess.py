"""Ways without a right: endpoints that no function needs, and what their policies let through beyond the rights.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from collections.abc import Iterator, Mapping

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.iam.statements import Statement, fits
from policies.engine.network.letting import DOCUMENT, account_of, limited_to, pairs, policy_of, roles_named
from policies.engine.network.model import Endpoint, network_of
from policies.engine.network.naming import shown, shown_function, shown_resource
from policies.engine.network.reach import Caller
from policies.engine.network.rights import Right
from policies.engine.network.services import service_of
from policies.engine.parts import Parts
from policies.engine.template.template import Template

Callers = Mapping[Caller, list[Right]]
_NARROW = "Allow exactly what the roles of the network's functions may do."
_OWN = "nothing but this account's own: StringEquals aws:ResourceAccount and aws:PrincipalAccount, the account"


def excess(template: Template, parts: Parts, callers: Callers, kept: list[str]) -> Iterator[Finding]:
    """Yield the ways without a right in the networks of the callers."""
    used = {one.vpc.logical_id: one.vpc for one in callers}
    for endpoint in network_of(template).endpoints.values():
        own = endpoint.resource.logical_id
        if endpoint.vpc is None and used:
            yield Finding(own, "VpcId", f"a network that {UNRESOLVED}", "a network of this template")
        elif endpoint.vpc and endpoint.vpc.logical_id in used:
            inside = {one: rights for one, rights in callers.items() if one.vpc.logical_id == endpoint.vpc.logical_id}
            yield from _beyond(template, parts, endpoint, inside, kept)


def _beyond(
    template: Template, parts: Parts, endpoint: Endpoint, callers: Callers, kept: list[str]
) -> Iterator[Finding]:
    name, own = shown(template, endpoint.resource), endpoint.resource.logical_id
    needed = {
        caller: [right for right in rights if service_of(right.action) in (endpoint.service, "*")]
        for caller, rights in callers.items()
    }
    if not endpoint.service:
        wanted = f"a service of AWS's in {template.region} that a function may call"
        yield Finding(own, "ServiceName", f"{name}: a service that {UNRESOLVED}, or of elsewhere", wanted)
    elif not any(needed.values()):
        yield from _unneeded(template, endpoint, name, kept)
    elif endpoint.document is None:
        found = f"the {name} lets everything through: it has AWS's own policy"
        yield Finding(own, DOCUMENT, found, _wanted(template, parts, needed), _NARROW)
    else:
        for one in (one for one in policy_of(template, endpoint) if one.allows):
            yield from _exact(template, parts, name, one, needed)


def _wanted(template: Template, parts: Parts, needed: Callers) -> str:
    shown_rights = [
        f"{shown_function(parts, caller.function)}: {', '.join(_what(template, parts, right) for right in rights)}"
        for caller, rights in needed.items()
        if rights
    ]
    return f"exactly the rights of {'; '.join(shown_rights)}"


def _what(template: Template, parts: Parts, right: Right) -> str:
    return f"{right.action} on {shown_resource(template, parts, right.resource)}"


def _unneeded(template: Template, endpoint: Endpoint, name: str, kept: list[str]) -> Iterator[Finding]:
    own = endpoint.resource.logical_id
    if endpoint.service not in kept:
        found = f"the {name} is a way without a right: no function of the network may call {endpoint.service}"
        yield Finding(
            own, "ServiceName", found, "endpoints that rights need", "Take the endpoint out, or add the right."
        )
        return
    if endpoint.document is None:
        found = f"the {name}, which no right needs, lets everything through: it has AWS's own policy"
        yield Finding(own, DOCUMENT, found, _OWN)
    for one in (one for one in policy_of(template, endpoint) if one.allows):
        resources = [resource for _, resource in pairs(one)]
        ours = all(resource and account_of(template, resource) == template.account for resource in resources)
        named, limited = roles_named(template, one)
        people = limited and all(role and template.by_arn(role) for role in named)
        if (
            one.effect != "Allow"
            or not people
            or not (ours or limited_to(one, "aws:resourceaccount", template.account))
        ):
            found = f"the {name}, which no right needs, lets more through than this account's own"
            yield Finding(own, one.path, found, _OWN)


def _exact(template: Template, parts: Parts, name: str, one: Statement, needed: Callers) -> Iterator[Finding]:
    """Yield what a statement lets through beyond the rights of whom it lets through."""
    own, (roles, limited) = one.owner.logical_id, roles_named(template, one)
    if not limited:
        found = f"the {name} lets everybody through: {_first(one)}"
        yield Finding(own, one.path, found, "aws:PrincipalArn of the functions' roles", _NARROW)
    known = {template.arn(caller.role): caller for caller in needed}
    for role in sorted(roles - known.keys(), key=str):
        found = f"the {name} lets {role or UNRESOLVED} through, which no function of the network has"
        yield Finding(own, f"{one.path}.Condition", found, "roles of the network's functions", _NARROW)
    who = [known[role] for role in roles if role in known] or (list(needed) if not roles else [])
    for action, resource in pairs(one):
        lacking = [caller for caller in who if not _has(needed[caller], action, resource)]
        if lacking and (roles or len(lacking) == len(who)):
            who_lacks = [shown_function(parts, caller.function) for caller in lacking] if roles else []
            what = f"{action or UNRESOLVED} on {shown_resource(template, parts, resource or UNRESOLVED)}"
            whose = f"{' and '.join(who_lacks)} has no right" if who_lacks else "no function has a right"
            found = f"the {name} lets {what} through, for which {whose}"
            yield Finding(own, one.path, found, _wanted(template, parts, needed), _NARROW)


def _first(one: Statement) -> str:
    return ", ".join(str(action) for action in one.actions or ("all but some",))


def _has(rights: list[Right], action: str | None, resource: str | None) -> bool:
    """Return whether some right is all of an action on a resource."""
    return (
        action is not None
        and resource is not None
        and any(fits(action.lower(), one.action.lower()) and fits(resource, one.resource) for one in rights)
    )
