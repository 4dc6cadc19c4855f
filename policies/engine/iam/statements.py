"""The policy statements of a template: of resources, of identities, and of trust.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from policies.engine.kinds import ROLE
from policies.engine.template.conditions import NO_VALUE_REF
from policies.engine.template.intrinsics import NESTED, UNKNOWN, is_function, text_of
from policies.engine.template.outline import branches
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

# Types that hold statements about what an identity may do, and the property with the document.
IDENTITY_POLICIES = (
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::UserPolicy",
    "AWS::IAM::GroupPolicy",
    "AWS::IAM::ManagedPolicy",
)
IDENTITIES = (ROLE, "AWS::IAM::User", "AWS::IAM::Group")
# The effects of what an Fn::If may leave out: they may grant and deny, and certainly do neither.
_PERHAPS = {effect: f"{effect}, under a condition" for effect in ("Allow", "Deny")}


@dataclass(frozen=True)
class Statement:
    """One statement, resolved; an element that cannot be resolved is UNKNOWN in its tuple."""

    owner: Resource
    path: str
    effect: Any
    actions: tuple[Any, ...]
    not_actions: tuple[Any, ...]
    resources: tuple[Any, ...]
    not_resources: tuple[Any, ...]
    # Pairs such as ("Service", "events.amazonaws.com"); ("*", "*") for all.
    principals: tuple[tuple[str, Any], ...]
    not_principals: tuple[tuple[str, Any], ...]
    conditions: Any
    raw: Mapping[str, Any] = field(repr=False, compare=False, hash=False)

    @property
    def allows(self) -> bool:
        """Whether the statement grants something, or may; an effect that cannot be resolved counts as a grant."""
        return self.effect not in ("Deny", _PERHAPS["Deny"])

    @property
    def denies(self) -> bool:
        """Whether the statement denies something, or may; an effect that cannot be resolved counts as a denial."""
        return self.effect not in ("Allow", _PERHAPS["Allow"])

    def covers(self, action: str) -> bool:
        """Return whether an action such as `sqs:SendMessage` is certainly among the statement's actions."""
        return any(isinstance(own, str) and fits(action.lower(), own) for own in lower(self.actions))

    def everybody(self) -> bool:
        """Return whether the principal is all: "*", or {"AWS": "*"}."""
        return any(value == "*" and kind in ("*", "AWS") for kind, value in self.principals)

    def may_be_everybody(self) -> bool:
        """Return whether the principal is all, or may be: it cannot be resolved, or is all but some."""
        return self.everybody() or bool(self.not_principals) or any(value is UNKNOWN for _, value in self.principals)


def fits(text: str, pattern: str) -> bool:
    """Return whether a text matches a pattern with `*` and `?`; most have none, and need not be compiled."""
    wild = "*" in pattern or "?" in pattern or "[" in pattern
    return fnmatchcase(text, pattern) if wild else text == pattern


def fits_arn(arn: str, pattern: str) -> bool:
    """Return whether an ARN matches a pattern, each of its six parts by itself.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    parts, wanted = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(wanted) and all(map(fits, parts, wanted))


def lower(actions: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return actions in lower case: IAM ignores their case.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    """
    return tuple(action.lower() if isinstance(action, str) else action for action in actions)


def statements_of(template: Template, owner: Resource, document: Any, path: str) -> list[Statement]:
    """Return the statements of a policy document (object or JSON text); one of UNKNOWNs if it cannot be resolved."""
    resolved = template.structure(document)
    if not isinstance(resolved, Mapping):
        return _either(owner, document, path, partial(statements_of, template, owner))
    place = f"{path}.Statement" if path else "Statement"
    found = resolved.get("Statement")
    if any(one is UNKNOWN for one in listed(found)) and isinstance(document, Mapping):
        found = document.get("Statement")
    return _listed_statements(template, owner, found, place)


def _listed_statements(template: Template, owner: Resource, found: Any, place: str) -> list[Statement]:
    places = [f"{place}[{index}]" for index in range(len(found))] if isinstance(found, list) else [place]
    return [
        statement
        for raw, at in zip(listed(found), places, strict=False)
        for statement in _read(template, owner, raw, at)
    ]


def _read(template: Template, owner: Resource, raw: Any, path: str) -> list[Statement]:
    if is_function(raw) and template.resolve(raw) is UNKNOWN:
        return _either(owner, raw, path, partial(_listed_statements, template, owner))
    return [_statement(owner, template.resolve(raw), path)]


def _either(
    owner: Resource, expression: Any, path: str, read: Callable[[Any, str], list[Statement]]
) -> list[Statement]:
    """Return what each branch of an Fn::If holds, under its condition; one of UNKNOWNs for anything else."""
    found: list[Statement] = []
    for one in branches(expression):
        if one == NO_VALUE_REF:
            continue
        known = isinstance(one, NESTED) and not is_function(one)
        own = read(one, path) if known else [_unknown(owner, path)]
        found += under_condition(own)
    return found


def under_condition(statements: list[Statement]) -> list[Statement]:
    """Return statements that are there only if a condition holds."""
    return [replace(one, effect=_PERHAPS.get(one.effect, one.effect)) for one in statements]


def _statement(owner: Resource, raw: Any, path: str) -> Statement:
    if not isinstance(raw, Mapping):
        return _unknown(owner, path)
    return Statement(
        owner=owner,
        path=path,
        effect=raw.get("Effect"),
        actions=_elements(raw.get("Action")),
        not_actions=_elements(raw.get("NotAction")),
        resources=_elements(raw.get("Resource")),
        not_resources=_elements(raw.get("NotResource")),
        principals=_principals(raw.get("Principal")),
        not_principals=_principals(raw.get("NotPrincipal")),
        conditions=raw.get("Condition", {}),
        raw=raw,
    )


def _elements(value: Any) -> tuple[Any, ...]:
    """Return one element or several; what is no text says nothing that can be resolved."""
    return tuple(UNKNOWN if isinstance(one, NESTED) else one for one in listed(value))


def _unknown(owner: Resource, path: str) -> Statement:
    anything = (UNKNOWN,)
    return Statement(owner, path, UNKNOWN, anything, (), anything, (), (("*", UNKNOWN),), (), UNKNOWN, {})


def _principals(value: Any) -> tuple[tuple[str, Any], ...]:
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        return tuple(("*", item) for item in _elements([value]))
    return tuple((str(kind), item) for kind, items in value.items() for item in _elements(items))


def trust_of(template: Template, role: Resource) -> list[Statement]:
    """Return the statements of a role's trust policy."""
    return statements_of(template, role, role.properties.get("AssumeRolePolicyDocument"), "AssumeRolePolicyDocument")


def own_statements(template: Template, resource: Resource) -> list[Statement]:
    """Return the statements that an identity or an identity policy itself holds."""
    return template.once(("own statements", resource.logical_id), lambda: list(_own_statements(template, resource)))


def _own_statements(template: Template, resource: Resource) -> Iterator[Statement]:
    if resource.type in IDENTITY_POLICIES:
        yield from statements_of(template, resource, resource.properties.get("PolicyDocument"), "PolicyDocument")
        return
    yield from _policies(template, resource, resource.properties.get("Policies", []), "Policies")


def _policies(template: Template, resource: Resource, policies: Any, path: str) -> list[Statement]:
    """Return the statements of a list of policies, or of one."""
    found: list[Statement] = []
    for index, policy in enumerate(listed(policies)):
        place = f"{path}[{index}]" if isinstance(policies, list) else path
        if is_function(policy):
            found += _either(resource, policy, place, partial(_policies, template, resource))
            continue
        document = policy.get("PolicyDocument") if isinstance(policy, Mapping) else UNKNOWN
        found += statements_of(template, resource, document, f"{place}.PolicyDocument")
    return found


def identity_statements(template: Template) -> Iterator[Statement]:
    """Yield every statement of every role, user, group and identity policy."""
    for resource in template.of_type(*IDENTITIES, *IDENTITY_POLICIES):
        yield from own_statements(template, resource)


def role_statements(template: Template, role: Resource) -> list[Statement]:
    """Return every statement that a role has: its own, and those of policies attached to it in the template."""
    return template.about(role, _role_statements)


def _role_statements(template: Template, role: Resource) -> list[Statement]:
    attached = template.once("attached policies", lambda: _attached(template)).get(role.logical_id, [])
    return [statement for one in (role, *attached) for statement in own_statements(template, one)]


def _attached(template: Template) -> dict[str, list[Resource]]:
    """Return the identity policies attached to each role, from either side, or to roles that cannot be resolved."""
    roles = template.of_type(ROLE)
    holders: dict[str, set[str]] = {}
    for role in roles:
        for arn in listed(role.properties.get("ManagedPolicyArns")):
            managed = template.target_of(arn, "AWS::IAM::ManagedPolicy")
            if managed:
                holders.setdefault(managed.logical_id, set()).add(role.logical_id)
    found: dict[str, list[Resource]] = {}
    for policy in template.of_type(*IDENTITY_POLICIES):
        names = [*listed(template.value(policy, "Roles")), *listed(template.value(policy, "RoleName"))]
        known = roles if any(name is UNKNOWN for name in names) else [template.target_of(name, ROLE) for name in names]
        for holder in {*holders.get(policy.logical_id, ()), *(role.logical_id for role in known if role)}:
            found.setdefault(holder, []).append(policy)
    return found


def conditions_of(statement: Statement) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return the conditions as {(operator, key): values}, operators and keys in lower case as IAM reads them."""
    if not isinstance(statement.conditions, Mapping):
        return {("unknown", "unknown"): (UNKNOWN,)}
    return {
        (str(operator).lower(), str(key).lower()): tuple(_plain(value) for value in listed(values))
        for operator, keys in statement.conditions.items()
        for key, values in (keys.items() if isinstance(keys, Mapping) else {"unknown": UNKNOWN}.items())
    }


def _plain(value: Any) -> Any:
    """Return a value as a text: IAM writes booleans so."""
    return UNKNOWN if value is UNKNOWN else text_of(value)


def denied_under(statement: Statement) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return the conditions of a Deny, IfExists left out: with it, the Deny also applies where the key is missing.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists
    """
    conditions = conditions_of(statement).items()
    return {(operator.removesuffix("ifexists"), key): values for (operator, key), values in conditions}
