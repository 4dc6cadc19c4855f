"""Roles, users and groups may do named actions on named resources; no policy gives all of a service, or of an account.

A pattern such as `s3:Get*` is some of a service, and allowed. An action whose resource cannot be named has `*`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-21
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.iam.account_wide import has_resources
from policies.engine.iam.identities import IDENTITIES, IDENTITY_POLICIES, identity_statements, trust_of
from policies.engine.iam.statements import Statement, conditions_of
from policies.engine.kinds import ROLE
from policies.engine.policy import Policy
from policies.engine.template.template import Template
from policies.engine.template.values import listed

_MANAGED = "ManagedPolicyArns"
# All of one kind, or of everything, of a service: `*`, `arn:aws:s3:::*`, `arn:aws:dynamodb:*:*:table/*`.
_ANY_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:[a-z-]+[/:])?\*")


class NoWildcards(Policy):
    scope = (*IDENTITIES, *IDENTITY_POLICIES)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for one in identity_statements(template):
            if one.allows:
                yield from _actions(one)
                yield from _resources(one)
        for identity in template.of_type(*IDENTITIES):
            for index, arn in enumerate(listed(template.value(identity, _MANAGED))):
                name = str(arn).rpartition("/")[2]
                if ":aws:policy/" in str(arn) and any(fnmatchcase(name, own) for own in parameters["too_wide"]):
                    found, wanted = f"{name}, all of a service or more", "a policy with the actions that are needed"
                    yield Finding(identity.logical_id, f"{_MANAGED}[{index}]", found, wanted)
        for role in template.of_type(ROLE):
            for one in trust_of(template, role):
                if one.allows and one.everybody() and not conditions_of(one):
                    wanted = "a service, a role or an account"
                    yield Finding(role.logical_id, f"{one.path}.Principal", "everybody", wanted)


def _actions(one: Statement) -> Iterator[Finding]:
    name, path = one.owner.logical_id, f"{one.path}.Action"
    if one.not_actions:
        found = f"all but {', '.join(map(str, one.not_actions))}"
        yield Finding(name, f"{one.path}.NotAction", found, "the actions that are needed, by Action")
    for action in one.actions:
        if not isinstance(action, str):
            yield Finding(name, path, UNRESOLVED, "actions that can be read")
        elif action == "*" or action.partition(":")[2].strip("*") == "":
            yield Finding(name, path, action, "the actions that are needed")


def _resources(one: Statement) -> Iterator[Finding]:
    name = one.owner.logical_id
    if one.not_resources:
        found = f"all but {', '.join(map(str, one.not_resources))}"
        yield Finding(name, f"{one.path}.NotResource", found, "the resources that are needed, by Resource")
    wide = [str(own) for own in one.resources if own == "*" or _ANY_ARN.fullmatch(str(own))]
    if not wide or _is_limited(one):
        return
    actions = [str(action) for action in one.actions if has_resources(str(action))]
    if actions:
        more = f" and {len(actions) - 3} more" if len(actions) > 3 else ""
        found = f"{', '.join(wide)}, for {', '.join(actions[:3])}{more}"
        yield Finding(name, f"{one.path}.Resource", found, "the ARNs of the resources that are needed")


def _is_limited(one: Statement) -> bool:
    """Return whether a condition on tags, or on who asks by which service, says which resources are meant."""
    keys = {key for (operator, key), _ in conditions_of(one).items() if "not" not in operator and operator != "null"}
    return any(key.startswith(("aws:resource", "kms:viaservice", "iam:passedtoservice")) for key in keys) or any(
        "resourcetag/" in key for key in keys
    )


policy = NoWildcards()
