"""Normalization tables: spellings of a property that are equivalent and must not be reported as drift.

The policies' own reader resolves both templates first, so a reference and its ARN are equal.
"""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hallmark.observe.service_defaults import DEFAULTS

Leaves = dict[str, Any]
# Properties, or paths below them, that no API returns, so they cannot be compared.
NOT_READ: Mapping[str, tuple[str, ...]] = {
    # Where the archive was uploaded to; its key states its hash, which is compared.
    "AWS::Lambda::Function": ("Code.S3Bucket",),
    # What CloudFormation does when it deletes the repository.
    "AWS::ECR::Repository": ("EmptyOnDelete",),
}
# Names that CloudFormation makes up where a template gives none.
MADE_NAMES: Mapping[str, str] = {"AWS::ApiGateway::Model": "Name"}
# What two rules of a security group cannot have in common.
_RULE = (
    *("IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6", "SourcePrefixListId", "DestinationPrefixListId"),
    *("SourceSecurityGroupId", "DestinationSecurityGroupId"),
)
# Unordered lists, by what identifies their members; a path names a member by it: Targets[buffer-queue].
KEYS: Mapping[str, tuple[str, ...]] = {
    "ApiStages": ("ApiId", "Stage"),
    "AttributeDefinitions": ("AttributeName",),
    "Dimensions": ("Name",),
    "GlobalSecondaryIndexes": ("IndexName",),
    "IntelligentTieringConfigurations": ("Id",),
    "MethodResponses": ("StatusCode",),
    "MethodSettings": ("ResourcePath", "HttpMethod"),
    "Metrics": ("Id",),
    "Policies": ("PolicyName",),
    "Rules": ("Id",),
    "SecurityGroupEgress": _RULE,
    "SecurityGroupIngress": _RULE,
    "Statement": ("Sid",),
    "Targets": ("Id",),
    "Tierings": ("AccessTier",),
}
# What identifies a member that has none of these.
OTHER_KEYS: Mapping[str, tuple[str, ...]] = {"Statement": ("Effect", "Action")}
# Documents in which order, and one element instead of a list of one, make no difference.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
_POLICIES = ("PolicyDocument", "AssumeRolePolicyDocument", "RepositoryPolicyText", "Policy", "Statement")
# Texts that hold JSON where other tools write an object.
_JSON = (
    *_POLICIES,
    "ResourcePolicyDocument",
    "StackPolicyBody",
    "DefinitionString",
    "EventPattern",
    "LifecyclePolicyText",
    "Schema",
    "RedrivePolicy",
    "RedriveAllowPolicy",
)
# A log group's ARN ends with `:*` or not, depending on the service.
_LOG_GROUP_ARNS = ("DestinationArn", "LogGroupArn")
# What a member of a list has where a template leaves it out.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
_IN_MEMBERS: Mapping[str, Mapping[str, Any]] = {"Metrics": {"ReturnData": True}}


def _one_definition(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of a machine with its definition as a text with the substitutions made.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
    """
    names = ("Definition", "DefinitionString", "DefinitionSubstitutions")
    found = {name: value for name, value in properties.items() if name not in names}
    definition = properties.get("DefinitionString") or properties.get("Definition")
    if definition is not None:
        text = definition if isinstance(definition, str) else json.dumps(definition)
        for name, value in (properties.get("DefinitionSubstitutions") or {}).items():
            text = text.replace(f"${{{name}}}", str(value))
        found["DefinitionString"] = text
    return found


def _with_own_egress(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of a security group with the rule that AWS makes where none says what may leave.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
    """
    return {"SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}], **properties}


def _with_own_policy(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of an endpoint with the policy that AWS gives one without.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#default-endpoint-policy
    """
    everything = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return {"PolicyDocument": {"Version": "2008-10-17", "Statement": [everything]}, **properties}


# Types whose properties have several forms, with what brings them into one.
SAME: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "AWS::EC2::SecurityGroup": _with_own_egress,
    "AWS::EC2::VPCEndpoint": _with_own_policy,
    "AWS::StepFunctions::StateMachine": _one_definition,
}


def normal(kind: str, properties: Mapping[str, Any]) -> Leaves:
    """Return the properties of a resource as path -> value, equal for equivalent spellings."""
    dropped = (*NOT_READ.get(kind, ()), MADE_NAMES.get(kind))
    same = SAME.get(kind, dict)(properties)
    kept = {key: value for key, value in same.items() if key not in dropped}
    leaves = (leaf for key, item in kept.items() for leaf in _leaves(key, key, item, ""))
    return {path: value for path, value in leaves if path not in dropped}


def defaults(kind: str) -> Leaves:
    """Return the default of a type's property; a frozenset where it can be one of several."""
    found: Leaves = {}
    for key, value in DEFAULTS.get(kind, {}).items():
        if isinstance(value, frozenset):
            found[key] = frozenset(map(_scalar, value))
        else:
            found.update(_leaves(key, key, value, ""))
    return found


def _leaves(path: str, name: str, value: Any, document: str) -> Iterator[tuple[str, Any]]:
    """Yield the leaves of a value below a path; empty lists and objects count as absent."""
    if name in _JSON:
        document, value = name, _opened(value)
    if name == "Statement" and isinstance(value, Mapping):
        value = [value]
    if name == "Tags" and isinstance(value, list):
        value = {one["Key"]: one.get("Value") for one in value if isinstance(one, Mapping) and "Key" in one}
    if isinstance(value, Mapping):
        # A policy's own id decides nothing, and some services add one.
        own = {key: item for key, item in value.items() if key != "Id"} if name in _POLICIES[:-1] else value
        for key, item in own.items():
            yield from _leaves(f"{path}.{key}", str(key), item, document)
    elif isinstance(value, list) and name in KEYS and document != "EventPattern":
        for member, item in members(name, value):
            whole = {**_IN_MEMBERS.get(name, {}), **item} if isinstance(item, Mapping) else item
            yield from _leaves(f"{path}[{member}]", "", whole, document)
    elif document in _POLICIES or (isinstance(value, list) and document != "EventPattern" and _is_flat(value)):
        items = value if isinstance(value, list) else [value]
        if items:
            yield path, tuple(sorted(map(_scalar, items)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(f"{path}[{index}]", "", item, document)
    elif value is not None:
        yield path, _scalar(str(value).removesuffix(":*") if name in _LOG_GROUP_ARNS else value)


def _opened(value: Any) -> Any:
    """Return the object in a JSON text."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            return json.loads(value)
    return value


def _is_flat(values: list[Any]) -> bool:
    return not any(isinstance(item, (list, Mapping)) for item in values)


def members(name: str, items: list[Any]) -> Iterator[tuple[str, Any]]:
    """Yield each member of a list with its name: the keys that it has, with a number where several have the same."""
    seen: Counter[str] = Counter()
    for index, item in enumerate(items):
        member = _named(item, KEYS.get(name, ())) or _named(item, OTHER_KEYS.get(name, ())) or str(index)
        seen[member] += 1
        yield member if seen[member] == 1 else f"{member} #{seen[member]}", item


def _named(item: Any, keys: tuple[str, ...]) -> str:
    values = [item[key] for key in keys if key in item] if isinstance(item, Mapping) else []
    return " ".join(", ".join(sorted(map(str, one))) if isinstance(one, list) else str(one) for one in values)


def _scalar(value: Any) -> str:
    """Return a value as a text: templates write 503 and "503", true and "true"."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True) if isinstance(value, (list, Mapping)) else str(value)
