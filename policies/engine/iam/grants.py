"""What each function may do, and nothing else, as rows of a catalogue.

    grants:
      every:
        - {action: ["logs:CreateLogStream", "logs:PutLogEvents"], on: own log group}
      teller:
        - {action: "dynamodb:GetItem", on: table records}
        - {action: "sns:Publish", on: topic alert}

`every` is for each function that plays a part, `workflow uploads` for the workflow that plays the part `uploads`. `on`
is one or more of:

    <kind> <part>                  what plays a part: bus, queue, table, bucket, topic, function, workflow
    stream <part>                  the stream of a table
    index <part>/<name>            an index of a table
    own log group                  the group that the function writes to
    own failure queue              where its failed asynchronous invocations go, and records of streams
    own subnets                    the subnets that the function runs in
    network interfaces             every network interface: they are made when the function runs
    security groups                every security group; `within` its network. Or the groups of the function alone
    "*"                            everything: for actions without a resource type

More of a row:

    prefix: uploads/               objects below it, of a bucket
    event: {source, detail-type}   this kind of event only, on a bus
    enclosing: TransactWriteItems  only inside of this operation
    condition: {Bool: {...}}       under this condition, written as in IAM
    within: own network            only in the function's network, by ec2:Vpc, or in its subnets, by ec2:Subnet
    optional: why                  the function may do without it
    unless: [<kind> <part>]        optional where one of these may do it
    instead_of: [<kind> <part>]    optional, and only where none of these may do it
    facts: {key: value}            condition keys of its requests, for conditional denials; null for an absent key

https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.engine.events.wiring import log_group_of, on_function
from policies.engine.iam.certainty import about
from policies.engine.iam.identities import role_statements
from policies.engine.kinds import ALIAS, BUS, INVOKE_CONFIG, MAPPING, QUEUE, ROLE, RULE, VERSION, WORKFLOW
from policies.engine.network.arns import arn_in_ec2, group_arns, network_arn, subnet_arns
from policies.engine.parts import Parts
from policies.engine.services.storage import stream_of
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

Conditions = dict[tuple[str, str], tuple[Any, ...]]
Row = Mapping[str, Any]
# X-Ray knows no narrower resource for these. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
UNSCOPED = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
_EVERY, _INVOKE = "every", "lambda:InvokeFunction"
# What a rule's role does with its target.
_REACHED = {BUS: "events:PutEvents", WORKFLOW: "states:StartExecution"}
_CONDITIONS = {"event", "enclosing", "condition", "within"}
_OWN_NETWORK = "own network"
_INTERFACES, _GROUPS, _SUBNETS = "network interfaces", "security groups", "own subnets"
_EC2 = {_INTERFACES: "network-interface/*", _GROUPS: "security-group/*"}
_OPTIONAL = {"optional", "instead_of"}
_KEYS = {"action", "on", "prefix", "optional", "unless", "instead_of", "facts", *_CONDITIONS}


@dataclass(frozen=True)
class Grant:
    """One action on one ARN under one of these sets of conditions; optional for a role unless `needed`.

    A role that has it on all of `narrower` needs no more.
    """

    action: str
    resource: str
    conditions: tuple[Conditions, ...] = ({},)
    needed: bool = True
    facts: Mapping[str, str | None] = field(default_factory=dict)
    narrower: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


def grants_of(
    template: Template, parts: Parts, part: str, function: Resource, rows: Mapping[str, list[Row]]
) -> list[Grant]:
    """Return every grant of a function that plays a part; raise ValueError and NoPart for rows that cannot be read."""
    for name in rows.keys() - {_EVERY}:
        kind, _, player = name.rpartition(" ")
        parts.player(kind or "function", player)
    own = [row for name in (_EVERY, part) for row in rows.get(name, ())]
    return [grant for row in own for grant in _granted(template, parts, function, row)]


def workflow_grants(
    template: Template, parts: Parts, rows: Mapping[str, list[Row]]
) -> Iterator[tuple[Resource, Resource, list[Grant]]]:
    """Yield each workflow that plays a part with its role and every grant of it."""
    for name, own in rows.items():
        kind, _, part = name.rpartition(" ")
        workflow = parts.player(kind, part) if kind == "workflow" else None
        role = template.by_arn(workflow.properties.get("RoleArn"), ROLE) if workflow else None
        if workflow and role:
            yield workflow, role, [grant for row in own for grant in _granted(template, parts, workflow, row)]


def _granted(template: Template, parts: Parts, function: Resource, row: Row) -> Iterator[Grant]:
    unknown = sorted(map(str, row.keys() - _KEYS))
    if unknown:
        raise ValueError(f"a grant has no {unknown[0]}: {', '.join(sorted(_KEYS))}")
    if len(row.keys() & _CONDITIONS) > 1:
        raise ValueError(f"a grant has one of {', '.join(sorted(_CONDITIONS))}")
    for action in listed(row["action"]):
        for on in listed(row["on"]):
            for arn in _arns(template, parts, function, on):
                arn = f"{arn}/{row['prefix']}*" if "prefix" in row else arn
                conditions = _conditions(template, function, row, on)
                narrower = tuple(group_arns(template, function)) if on == _GROUPS else ()
                if _others_may(template, parts, row.get("instead_of", ()), action, arn):
                    continue
                needed = not row.keys() & _OPTIONAL and not _others_may(
                    template, parts, row.get("unless", ()), action, arn
                )
                yield Grant(action, arn, conditions, needed, row.get("facts", {}), narrower)
                if action == _INVOKE and on.startswith("function ") and not _has_qualifiers(template):
                    # As the CDK writes it: versions and aliases, of which there are none.
                    yield Grant(action, f"{arn}:*", needed=False)


def _arns(template: Template, parts: Parts, function: Resource, on: str) -> Iterator[str]:
    """Yield the ARNs that a row is on; none for what the template does not have."""
    kind, _, part = on.partition(" ")
    if on == "*":
        yield on
    elif on == "own log group":
        yield from _arn(template, log_group_of(template, function))
    elif on == "own failure queue":
        for config in (one for kind in (INVOKE_CONFIG, MAPPING) for one in on_function(template, function, kind)):
            destination = template.value(config, "DestinationConfig.OnFailure.Destination")
            yield from _arn(template, template.by_arn(destination, QUEUE))
    elif on == _SUBNETS:
        yield from subnet_arns(template, function)
    elif on in _EC2:
        yield arn_in_ec2(template, _EC2[on])
    elif kind == "stream":
        table = parts.player("table", part)
        yield from filter(None, [stream_of(template, table) if table else None])
    elif kind == "index":
        name, _, index = part.partition("/")
        yield from (f"{arn}/index/{index}" for arn in _arn(template, parts.player("table", name)))
    else:
        yield from _arn(template, parts.player(kind, part))


def _arn(template: Template, resource: Resource | None) -> Iterator[str]:
    arn = template.arn(resource) if resource else None
    if arn:
        yield arn


def _others_may(template: Template, parts: Parts, named: Iterable[str], action: str, arn: str) -> bool:
    """Return whether one of the functions and workflows that play these parts has a right."""
    players = (parts.player(*one.split(" ", 1)) for one in named)
    owners = (one.properties.get("RoleArn" if one.type == WORKFLOW else "Role") for one in players if one)
    roles = [role for one in owners if (role := template.by_arn(one, ROLE))]
    return any(one.allows and about(one, action, arn) for role in roles for one in role_statements(template, role))


def _has_qualifiers(template: Template) -> bool:
    return bool(template.of_type(VERSION, ALIAS))


def _conditions(template: Template, function: Resource, row: Row, on: str) -> tuple[Conditions, ...]:
    """Return the equivalent forms of a row's condition, the one to show in a finding last."""
    if "event" in row:
        return _one_event({f"events:{key}": (value,) for key, value in row["event"].items()})
    if "enclosing" in row:
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
        key, together = "dynamodb:enclosingoperation", (row["enclosing"],)
        return {("foranyvalue:stringequals", key): together}, {("stringequals", key): together}
    if "within" in row:
        if row["within"] != _OWN_NETWORK:
            raise ValueError(f"a grant is within {row['within']}: {_OWN_NETWORK}")
        return _placed(template, function, on)
    # Where the network limits a right, it may do so twice.
    narrower = _placed(template, function, on) if on in (_INTERFACES, _SUBNETS) else ()
    return (*narrower, _plain(row.get("condition", {})))


def _placed(template: Template, function: Resource, on: str) -> tuple[Conditions, ...]:
    """Return the conditions that a request is about the function's network, or an interface in its subnets."""
    forms: list[tuple[str, tuple[Any, ...]]] = [("ec2:vpc", (network_arn(template, function) or UNKNOWN,))]
    if on == _INTERFACES:
        forms.insert(0, ("ec2:subnet", tuple(subnet_arns(template, function)) or (UNKNOWN,)))
    return tuple({(operator, key): own} for key, own in forms for operator in ("stringequals", "arnlike", "arnequals"))


def _one_event(wanted: Mapping[str, tuple[str, ...]]) -> tuple[Conditions, ...]:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html"""
    exact: Conditions = {("stringequals", key): values for key, values in wanted.items()}
    # ForAllValues is true of a key that is missing, so it wants Null beside it.
    every: Conditions = {("forallvalues:stringequals", key): values for key, values in wanted.items()}
    return exact, {**every, **{("null", key): ("false",) for key in wanted}}


def _plain(condition: Mapping[str, Mapping[str, Any]]) -> Conditions:
    return {
        (operator.lower(), key.lower()): tuple(map(str, listed(values)))
        for operator, keys in condition.items()
        for key, values in keys.items()
    }


def forwarding(template: Template, role: Resource) -> tuple[list[Grant], list[str]]:
    """Return what a role may do if rules use it to reach their targets, and the ARNs of those rules."""
    grants, rules = template.once("forwarders", lambda: _forwarders(template)).get(role.logical_id, ({}, {}))
    return list(grants.values()), list(rules)


def _forwarders(template: Template) -> dict[str, tuple[dict[str, Grant], dict[str, None]]]:
    found: dict[str, tuple[dict[str, Grant], dict[str, None]]] = {}
    for rule in template.of_type(RULE):
        targets = rule.properties.get("Targets")
        for target in targets if isinstance(targets, list) else []:
            role = template.by_arn(target.get("RoleArn"), ROLE) if isinstance(target, Mapping) else None
            if role:
                grants, rules = found.setdefault(role.logical_id, ({}, {}))
                made = [
                    Grant(action, arn)
                    for kind, action in _REACHED.items()
                    for arn in _arn(template, template.by_arn(target.get("Arn"), kind))
                ]
                grants.update({str(grant): grant for grant in made})
                rules[template.arn(rule) or ""] = None
    return found
