"""What a function's own code may call by its role: the rights that need a way out of the function's network.

Lambda itself, outside of the network, writes logs and traces, makes network interfaces, reads what an event source
mapping names and sends what failed; what another service does in the function's name never passes the network either.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from policies.engine.events.wiring import on_function
from policies.engine.finding import UNRESOLVED
from policies.engine.iam.certainty import Conditions, about, applies
from policies.engine.iam.identities import role_statements
from policies.engine.iam.permissions import Facts, facts_of
from policies.engine.iam.statements import Statement, conditions_of
from policies.engine.kinds import INVOKE_CONFIG, MAPPING
from policies.engine.network.model import network_of
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

# What Lambda does with every function's role.
_BY_LAMBDA = {
    "logs:createloggroup",
    "logs:createlogstream",
    "logs:putlogevents",
    "xray:puttracesegments",
    "xray:puttelemetryrecords",
    "xray:getsamplingrules",
    "xray:getsamplingtargets",
    "xray:getsamplingstatisticsummaries",
    # No call of its own: it is asked when a role is handed on.
    "iam:passrole",
}
# What it does with what an event source mapping reads.
_BY_MAPPING = {
    "dynamodb:describestream",
    "dynamodb:getrecords",
    "dynamodb:getsharditerator",
    "dynamodb:liststreams",
    "kinesis:describestream",
    "kinesis:describestreamsummary",
    "kinesis:getrecords",
    "kinesis:getsharditerator",
    "kinesis:listshards",
    "kinesis:liststreams",
    "kinesis:subscribetoshard",
    "sqs:changemessagevisibility",
    "sqs:deletemessage",
    "sqs:getqueueattributes",
    "sqs:receivemessage",
}
# What it does with where the records of failed and of other asynchronous invocations go.
_BY_DESTINATION = {"sqs:sendmessage", "sns:publish", "events:putevents", "lambda:invokefunction", "s3:putobject"}
_DESTINATIONS = ("DestinationConfig.OnFailure.Destination", "DestinationConfig.OnSuccess.Destination")
_VIA = "kms:viaservice"
# AWS's own policies that allow what Lambda does, and nothing else.
_MANAGED = {
    f"arn:aws:iam::aws:policy/{name}"
    for name in (
        "service-role/AWSLambdaBasicExecutionRole",
        "service-role/AWSLambdaVPCAccessExecutionRole",
        "AWSXRayDaemonWriteAccess",
        "AWSXrayWriteOnlyAccess",
    )
}


@dataclass(frozen=True)
class Right:
    """An action on an ARN, each perhaps a pattern, and the conditions under which the role has it."""

    action: str
    resource: str
    conditions: Conditions = field(compare=False, hash=False)
    owner: str = field(default="", compare=False)
    path: str = field(default="", compare=False)


def code_facts(template: Template, role: Resource, function: Resource) -> Facts:
    """Return the condition keys of every request of a function's own code; any other key is unknown.

    https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
    """
    network = network_of(template)
    vpc = network.vpc_of(network.places[function.logical_id])
    own = {"aws:sourcevpc": str(template.ref(vpc))} if vpc else {}
    return {**facts_of(template, role), "lambda:sourcefunctionarn": template.arn(function), **own}


def certainly_denied(statements: list[Statement], action: str, resource: str, facts: Facts) -> bool:
    """Return whether a Deny certainly takes an action on an ARN from whoever asks by the facts."""
    return any(one.effect == "Deny" and about(one, action, resource) and applies(one, facts) for one in statements)


def unread_policies(template: Template, role: Resource) -> list[str]:
    """Return the managed policies of a role whose rights the template does not show."""
    found = [text_of(one) for one in listed(template.value(role, "ManagedPolicyArns"))]
    ours = [one for one in found if one not in _MANAGED and not template.target_of(one, "AWS::IAM::ManagedPolicy")]
    return [one or UNRESOLVED for one in ours]


def rights_of(template: Template, role: Resource, function: Resource) -> list[Right]:
    """Return what the function's code may call, each once."""
    statements = role_statements(template, role)
    facts = code_facts(template, role, function)
    by_lambda = _own_calls(template, function)
    found: dict[Right, None] = {}
    for one in (one for one in statements if one.allows):
        if any(key == _VIA for _, key in conditions_of(one)):
            continue
        for right in _in(one):
            key = right.action.lower()
            if key in _BY_LAMBDA or right.resource in by_lambda.get(key, ()):
                continue
            if not certainly_denied(statements, right.action, right.resource, facts):
                found[right] = None
    return list(found)


def _in(one: Statement) -> Iterator[Right]:
    """Yield the rights of a statement; what is not listed but left out may be anything."""
    actions = [_shown(action) for action in one.actions] if not one.not_actions else ["*"]
    resources = [_shown(resource) for resource in one.resources] if not one.not_resources else ["*"]
    for action in actions:
        for resource in resources:
            yield Right(action, resource, conditions_of(one), one.owner.logical_id, one.path)


def _shown(value: Any) -> str:
    return text_of(value) or UNRESOLVED


def _own_calls(template: Template, function: Resource) -> dict[str, set[str]]:
    """Return the ARNs on which Lambda itself uses an action, by the action."""
    found: dict[str, set[str]] = {}

    def add(actions: set[str], value: Any) -> None:
        arn = text_of(value)
        for action in actions if arn else ():
            found.setdefault(action, set()).add(str(arn))

    for mapping in on_function(template, function, MAPPING):
        add(_BY_MAPPING, template.value(mapping, "EventSourceArn"))
    for kind in (MAPPING, INVOKE_CONFIG):
        for one in on_function(template, function, kind):
            for path in _DESTINATIONS:
                add(_BY_DESTINATION, template.value(one, path))
    add(_BY_DESTINATION, template.value(function, "DeadLetterConfig.TargetArn"))
    add({"kms:decrypt"}, template.value(function, "KmsKeyArn"))
    return found
