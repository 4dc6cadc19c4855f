"""Lambda makes the network interfaces of a function by the function's role; the function's own code may not.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import role_of
from policies.engine.finding import Finding
from policies.engine.iam.identities import role_statements
from policies.engine.iam.permissions import facts_of, may_deny
from policies.engine.iam.statements import Statement, fits
from policies.engine.kinds import FUNCTION, ROLE
from policies.engine.network.interfaces import NEEDED
from policies.engine.network.model import network_of
from policies.engine.network.naming import shown_function
from policies.engine.network.rights import certainly_denied, code_facts
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.services.versions import whole_functions
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

_MANAGED = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
_BY_CODE = "lambda:sourcefunctionarn"


class NetworkInterfaces(Policy):
    scope = (FUNCTION,)
    relies_on = (ROLE,)

    def judged(self, template: Template, parameters: dict[str, Any]) -> list[Resource]:
        places = network_of(template).places
        return [one for one in whole_functions(template) if places[one.logical_id].is_in_network]

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        for function in whole_functions(template):
            role = role_of(template, function)
            if role and network_of(template).places[function.logical_id].is_in_network:
                yield from _judged(template, parts, function, role)


def _judged(template: Template, parts: Parts, function: Resource, role: Resource) -> Iterator[Finding]:
    name, statements = shown_function(parts, function), role_statements(template, role)
    by_code = code_facts(template, role, function)
    by_lambda = {**facts_of(template, role), _BY_CODE: None}
    rights = list(_rights(template, role, statements))
    for action in NEEDED:
        own = [resource for _, given, resource in rights if _covers(given, action)]
        if not own:
            yield Finding(
                role.logical_id, "Policies", f"{name}: no right to {action}", "what Lambda makes interfaces by"
            )
        if any(may_deny(one, action, resource, by_lambda) for one in statements for resource in own):
            found = f"{name}: {action} may be denied to Lambda, too"
            yield Finding(role.logical_id, "Policies", found, "a denial to the function's own code alone")
    for path, action, resource in rights:
        if not certainly_denied(statements, action, resource, by_code):
            found = f"{name}: its own code may use {action} on {resource}"
            wanted = f"denied with ArnEquals lambda:SourceFunctionArn {template.arn(function)}"
            yield Finding(role.logical_id, path, found, wanted)


def _rights(template: Template, role: Resource, statements: list[Statement]) -> Iterator[tuple[str, str, str]]:
    """Yield the rights of a role in EC2: path, action and resource."""
    for one in (one for one in statements if one.allows):
        actions = one.actions if not one.not_actions else ("*",)
        for action in (text_of(action) or "*" for action in actions):
            if action == "*" or action.lower().startswith("ec2:"):
                resources = one.resources if not one.not_resources else ("*",)
                yield from ((one.path, action, text_of(resource) or "*") for resource in resources)
    if _MANAGED in listed(template.value(role, "ManagedPolicyArns")):
        yield from (("ManagedPolicyArns", action, "*") for action in NEEDED)


def _covers(given: str, action: str) -> bool:
    return fits(action.lower(), given.lower())


policy = NetworkInterfaces()
