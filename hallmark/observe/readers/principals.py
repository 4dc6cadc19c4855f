"""Roles, and users and groups of nobody: with rights on something of the stage, but neither declared nor known.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from hallmark import yaml_lines
from hallmark.observe.deployment import MADE_UP, Deployment, Json, Thing, picked
from hallmark.observe.names import may_mean_ours, statements_of
from hallmark.observe.readers.elsewhere import canonical, declared_rights
from hallmark.observe.readers.roles import ROLE, details, own_roles, rights

KNOWN = Path(__file__).parents[1] / "known_principals.yaml"
# A policy of AWS whose text cannot be read may allow anything.
_ANYTHING: Json = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True)
class Kind:
    """A kind of principal: its type, and the keys of IAM's description."""

    type: str
    details: str
    name: str
    inline: str
    own: tuple[str, ...]


_USER = Kind("AWS::IAM::User", "UserDetailList", "UserName", "UserPolicyList", ("UserName", "Path"))
_GROUP = Kind("AWS::IAM::Group", "GroupDetailList", "GroupName", "GroupPolicyList", ("GroupName", "Path"))
_ROLE = Kind(ROLE, "RoleDetailList", "RoleName", "RolePolicyList", ("RoleName", "Path", "AssumeRolePolicyDocument"))


@cache
def _known(path: str, name: str) -> bool:
    rows: list[Json] = yaml_lines.read(KNOWN)
    return any(fnmatchcase(path, row["path"]) and fnmatchcase(name, row["name"]) for row in rows)


def _strangers(deployment: Deployment, kind: Kind) -> Iterator[tuple[str, Json]]:
    """Yield each principal with rights on something of the stage: its name and its properties."""
    for one in details(deployment, kind.details):
        name, path = one[kind.name], one.get("Path", "/")
        if deployment.is_ours(kind.type, name) or _known(path, name):
            continue
        if any(may_mean_ours(document, deployment.arns) for document in _documents(deployment, one, kind)):
            yield name, picked(one, *kind.own) | rights(one, kind.inline)


def _documents(deployment: Deployment, one: Json, kind: Kind) -> Iterator[Json]:
    for policy in one.get(kind.inline) or []:
        yield policy["PolicyDocument"]
    for policy in one.get("AttachedManagedPolicies") or []:
        yield _managed(deployment, policy["PolicyArn"])


def _managed(deployment: Deployment, arn: str) -> Json:
    """Return a managed policy's document: a customer's comes with the details, AWS's own is asked for."""
    for policy in details(deployment, "Policies"):
        if policy["Arn"] == arn:
            return _default(policy["PolicyVersionList"])
    found = deployment.asked("iam", "get_policy", "NoSuchEntity", "NoSuchEntityException", PolicyArn=arn).get("Policy")
    if not found:
        return _ANYTHING
    version = {"PolicyArn": arn, "VersionId": found["DefaultVersionId"]}
    return _document(
        deployment.asked("iam", "get_policy_version", "NoSuchEntity", **version).get("PolicyVersion") or {}
    )


def _default(versions: list[Json]) -> Json:
    return _document(next((one for one in versions if one.get("IsDefaultVersion")), {}))


def _document(version: Json) -> Json:
    document: Any = version.get("Document")
    return document if isinstance(document, dict) else _ANYTHING


def roles(deployment: Deployment) -> Iterator[Thing]:
    """Yield the stage's own roles, then those of nobody with rights."""
    yield from own_roles(deployment)
    strangers = list(_strangers(deployment, _ROLE))
    known = declared_rights(deployment) if strangers else {}
    for name, properties in strangers:
        if not _is_declared(deployment, properties, known.get(name, set())):
            yield Thing(ROLE, name, properties)


def _is_declared(deployment: Deployment, role: Json, declared: set[str]) -> bool:
    """Return whether all rights of a role on something of the stage are those that another stage declares."""
    documents = [policy["PolicyDocument"] for policy in role.get("Policies", ())]
    meant = [
        one for one in documents for one in statements_of(one) if may_mean_ours({"Statement": one}, deployment.arns)
    ]
    # No other stage declares an id of this one.
    own = [name for kind in MADE_UP for name in deployment.all_made(kind)]
    is_about_own = any(name in json.dumps(meant) for name in own)
    return "ManagedPolicyArns" not in role and not is_about_own and declared.issuperset(map(canonical, meant))


def users(deployment: Deployment) -> Iterator[Thing]:
    """Yield the users, with their groups."""
    groups = {one["UserName"]: one.get("GroupList") or [] for one in details(deployment, _USER.details)}
    strange = {name for name, _ in _strangers(deployment, _GROUP)}
    found = dict(_strangers(deployment, _USER))
    for name, own in groups.items():
        if name in found or strange & set(own):
            properties = found.get(name, {"UserName": name})
            yield Thing(_USER.type, name, properties | ({"Groups": sorted(own)} if own else {}))


def groups(deployment: Deployment) -> Iterator[Thing]:
    """Yield the groups."""
    for name, properties in _strangers(deployment, _GROUP):
        yield Thing(_GROUP.type, name, properties)


def keys(deployment: Deployment) -> Iterator[Thing]:
    """Yield the access keys of such users, without their secrets."""
    for user in users(deployment):
        for key in deployment.pages("iam", "list_access_keys", "AccessKeyMetadata", UserName=user.physical):
            yield Thing("AWS::IAM::AccessKey", key["AccessKeyId"], picked(key, "UserName", "Status"))


def profiles(deployment: Deployment) -> Iterator[Thing]:
    """Yield the instance profiles that give one of the stage's roles to a machine."""
    for one in details(deployment, _ROLE.details):
        for profile in one.get("InstanceProfileList") or [] if deployment.is_ours(ROLE, one["RoleName"]) else []:
            name = profile["InstanceProfileName"]
            properties = {"InstanceProfileName": name, "Roles": [one["RoleName"]]}
            yield Thing("AWS::IAM::InstanceProfile", name, properties)


READERS = {
    ROLE: roles,
    _USER.type: users,
    _GROUP.type: groups,
    "AWS::IAM::AccessKey": keys,
    "AWS::IAM::InstanceProfile": profiles,
}
