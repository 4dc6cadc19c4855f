"""Trust: who may take a role, and on whose behalf.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.delivery import is_for_our_account, source_arns
from policies.engine.finding import Finding
from policies.engine.iam.identities import trust_of
from policies.engine.iam.permissions import lets_take, trust_denials
from policies.engine.iam.statements import Statement, conditions_of, lower
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed


def trust(template: Template, role: Resource, service: str | None, rules: list[str] | None) -> Iterator[Finding]:
    """Yield what a role's trust has beside one service; with `rules`, beside that service on behalf of these rules."""
    statements = [one for one in trust_of(template, role) if one.allows]
    if service:
        yield from _untaken(template, role, service, rules)
        yield from trust_denials(template, role, service)
    for one in statements:
        if lower(one.actions) != ("sts:assumerole",) or one.not_actions:
            yield Finding(
                role.logical_id, f"{one.path}.Action", shown(one.actions or one.not_actions), "sts:AssumeRole"
            )
        services = [value for kind, value in one.principals if kind == "Service" and exact(value)]
        right = services == [service] if service else bool(services)
        if not right or len(services) != len(one.principals) or one.not_principals:
            found = shown(one.not_principals or one.principals)
            yield Finding(role.logical_id, f"{one.path}.Principal", found, service or "a service")
        sources = source_arns(template, one)
        if rules is not None and not (sources and sources <= set(rules)):
            found = f"sources {shown(tuple(sources_of(one)))}"
            wanted = "aws:SourceArn with ArnEquals to the rules that use the role, and no others"
            yield Finding(role.logical_id, f"{one.path}.Condition", found, wanted)


def _untaken(template: Template, role: Resource, service: str, rules: list[str] | None) -> Iterator[Finding]:
    """Yield a finding if a service may not certainly take a role: other conditions than source and account may fail."""
    trusts = [one for one in trust_of(template, role) if lets_take(one, service)]
    if rules is None:
        certain = any(is_for_our_account(template, one) for one in trusts)
    else:
        # Trust without a condition is certain; that it lets in others is said of the statement.
        limited = {arn for one in trusts for arn in source_arns(template, one)}
        certain = set(rules) <= limited or any(not conditions_of(one) for one in trusts)
    if not certain:
        found, wanted = f"no trust that certainly lets {service} take the role", f"trust in {service}"
        yield Finding(role.logical_id, "AssumeRolePolicyDocument", found, wanted)


def exact(value: Any) -> bool:
    """Return whether a value is a text without wildcards."""
    return isinstance(value, str) and not set(value) & set("*?")


def shown(values: Any) -> str:
    """Return values of a statement as a finding shows them."""
    return ", ".join(str(value) for value in listed(list(values))) or "nothing"


def sources_of(statement: Statement) -> list[Any]:
    """Return the values of all conditions about the source of a request."""
    return [value for (_, key), values in conditions_of(statement).items() if "source" in key for value in values]
