"""How the parts of a template are connected: functions, aliases, buses, rules and their targets."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from policies.engine.kinds import (
    ALIAS,
    BUS,
    FUNCTION,
    INVOKE_CONFIG,
    LOG_GROUP,
    MAPPING,
    METHOD,
    QUEUE,
    ROLE,
    RULE,
    VERSION,
    WORKFLOW,
)
from policies.engine.relations.callers import Caller, callers_of_type
from policies.engine.relations.places import parsed, places, texts_in
from policies.engine.relations.stage_variables import STAGE_VARIABLE, stage_values
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import flag
from policies.engine.workflows.definition import definition_of

LATEST = "$LATEST"
_FUNCTION = ":function:"
_URI, _URI_END = re.compile(r":lambda:path/[^/]+/functions/"), "/invocations"


@dataclass(frozen=True)
class Invocation:
    """A called function: `qualifier` is an alias's name, a version, or $LATEST."""

    function: Resource
    qualifier: str


@dataclass(frozen=True)
class RuleTarget:
    """One target of a rule."""

    rule: Resource
    index: int
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def path(self) -> str:
        return f"Targets[{self.index}]"


def invocation(template: Template, expression: Any) -> Invocation | None:
    """Return the function and qualifier behind an ARN, partial ARN, name or API Gateway's URI; None if not ours."""
    text = template.text(expression)
    if text is None:
        return None
    return template.once(("invocation", text), lambda: _invocation(template, text))


def _invocation(template: Template, text: str) -> Invocation | None:
    begin = _URI.search(text) if text.endswith(_URI_END) else None
    text = text[begin.end() : -len(_URI_END)] if begin else text
    qualified = template.once("qualified functions", lambda: _qualified(template)).get(text)
    if qualified:
        return qualified
    name, _, qualifier = _split_function(template, text)
    named = template.target_of(name, FUNCTION)
    return Invocation(named, qualifier or LATEST) if named else None


def _qualified(template: Template) -> dict[str, Invocation]:
    """Return the ARNs of all aliases and versions, and what each calls."""
    found: dict[str, Invocation] = {}
    for one in template.of_type(ALIAS, VERSION):
        function, arn = function_of(template, one), template.arn(one)
        if function and arn is not None:
            qualifier = template.name(one) if one.type == ALIAS else arn.rsplit(":", 1)[-1]
            found.setdefault(arn, Invocation(function, qualifier))
    return found


def arn_of(template: Template, call: Invocation) -> str:
    """Return the ARN of a called qualifier, that of the function itself for $LATEST."""
    arn = template.arn(call.function) or ""
    return arn if call.qualifier == LATEST else f"{arn}:{call.qualifier}"


def _split_function(template: Template, text: str) -> tuple[str, str, str]:
    """Return name, colon and qualifier of `name:qualifier`, or of a function's ARN or partial ARN in this account.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
    """
    begin, kind, rest = text.partition(_FUNCTION)
    ours = (f"arn:aws:lambda:{template.region}:{template.account}", template.account)
    return (rest if kind and begin in ours else text).partition(":")


def function_of(template: Template, resource: Resource) -> Resource | None:
    """Return the function that an alias, a version, an invoke configuration or a permission is on."""
    name = template.text(resource.properties.get("FunctionName"))
    return template.target_of(_split_function(template, name)[0], FUNCTION) if name is not None else None


def on_function(template: Template, function: Resource, kind: str) -> list[Resource]:
    """Return the resources of a kind (alias, version, invoke configuration, permission) that are on a function."""
    found = template.once(
        ("on functions", kind), lambda: grouped(template.of_type(kind), partial(function_of, template))
    )
    return found.get(function.logical_id, [])


def grouped(resources: Iterable[Resource], owner: Callable[[Resource], Resource | None]) -> dict[str, list[Resource]]:
    """Return resources by the logical id of their owner, without those that have none."""
    found: dict[str, list[Resource]] = {}
    for resource in resources:
        belongs = owner(resource)
        if belongs:
            found.setdefault(belongs.logical_id, []).append(resource)
    return found


def role_of(template: Template, function: Resource) -> Resource | None:
    """Return the role that a function runs with, if it is in the template."""
    return template.by_arn(function.properties.get("Role"), ROLE)


def integration(template: Template, method: Resource) -> Invocation | None:
    """Return the function that an API method is integrated with, None also if its stages call different ones.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    found = integrations(template, method)
    return found[0] if len(found) == 1 else None


def integrations(template: Template, method: Resource) -> list[Invocation | None]:
    """Return what an API method is integrated with, once for each value that its stages give to stage variables."""
    uri = template.value(method, "Integration.Uri")
    if not isinstance(uri, str):
        return [None]
    uris = stage_values(template, method, uri) if STAGE_VARIABLE.search(uri) else [uri]
    return list(dict.fromkeys(invocation(template, one) if _is_uri(one) else None for one in uris))


def _is_uri(text: str) -> bool:
    return _URI.search(text) is not None and text.endswith(_URI_END)


def bus_of(template: Template, rule: Resource) -> Resource | None:
    """Return the bus of the template that a rule is on; None is the default bus, or one that cannot be resolved."""
    return template.target_of(rule.properties.get("EventBusName"), BUS)


def rules_on(template: Template, bus: Resource) -> list[Resource]:
    """Return the rules on a bus of the template."""
    found = template.once("rules on buses", lambda: grouped(template.of_type(RULE), partial(bus_of, template)))
    return found.get(bus.logical_id, [])


def targets_of(rule: Resource) -> Iterator[RuleTarget]:
    """Yield the targets of a rule; an entry that cannot be read is an empty target."""
    targets = rule.properties.get("Targets", [])
    for index, raw in enumerate(targets if isinstance(targets, list) else [targets]):
        yield RuleTarget(rule, index, raw if isinstance(raw, Mapping) else {})


def log_group_of(template: Template, function: Resource) -> Resource | None:
    """Return the log group that a function names, or else the one that Lambda would make, if the template makes it.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
    """
    named = template.value(function, "LoggingConfig.LogGroup")
    return template.target_of(f"/aws/lambda/{template.name(function)}" if named is None else named, LOG_GROUP)


@dataclass(frozen=True)
class Call:
    """A call of a function: by which resource, at which path, how, and by which service's permission if it needs one.

    `source` is the property with what the permission names as its source, the caller itself if it is empty.
    """

    caller: Resource
    path: str
    invocation: Invocation
    service: str = ""
    asynchronous: bool = False
    source: str = ""


def calls_of(template: Template, function: Resource) -> list[Call]:
    """Return the calls of a function, each with its caller and qualifier."""
    return template.once("calls", lambda: _calls(template)).get(function.logical_id, [])


def _calls(template: Template) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = {}
    for owner in template.resources.values():
        for caller in callers_of_type(owner.type):
            for path, called in _called(template, owner, caller):
                call = Call(owner, path, called, caller.service, caller.asynchronous, caller.source)
                found.setdefault(called.function.logical_id, []).append(call)
    return found


def _called(template: Template, owner: Resource, caller: Caller) -> Iterator[tuple[str, Invocation]]:
    """Yield what a resource calls at a caller's path."""
    if owner.type == METHOD:
        found = [(caller.path, one) for one in integrations(template, owner)]
    elif owner.type == RULE:
        found = [(f"{one.path}.Arn", invocation(template, one.raw.get("Arn"))) for one in targets_of(owner)]
    else:
        found = [
            (place, invocation(template, text))
            for place, value in places(template, owner, caller.path)
            for text in texts_in(parsed(template, value))
        ]
    if owner.type == WORKFLOW and caller.path == definition_of(template, owner).place:
        # With placeholders filled in, and what can be resolved of it beside what cannot.
        read = definition_of(template, owner)
        found = list(dict.fromkeys([*found, *((read.place, invocation(template, one)) for one in texts_in(read.raw))]))
    yield from ((place, one) for place, one in found if one)


# The property with the stream, queue or topic that a caller reads.
_READS = {MAPPING: "EventSourceArn", "AWS::Pipes::Pipe": "Source"}


# Switches with which a caller stands still, and their values.
_STOPPED = {MAPPING: ("Enabled", False), "AWS::Pipes::Pipe": ("DesiredState", "STOPPED")}


def stands_still(template: Template, caller: Resource) -> bool:
    """Return whether a mapping or a pipe is switched off, or may be.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html
    """
    path, off = _STOPPED.get(caller.type, ("", None))
    found = template.value(caller, path) if path else None
    return found is not None and (found is UNKNOWN or found == off or flag(found) is off)


def source_of(template: Template, caller: Resource) -> str | None:
    """Return the ARN of what an event source mapping or a pipe reads; None of other callers, or if unknown."""
    return template.text(caller.properties.get(_READS[caller.type])) if caller.type in _READS else None


def failure_queues(template: Template) -> list[Resource]:
    """Return the queues that failed asynchronous calls, and records of streams that failed, go to."""
    arns = [
        template.value(config, "DestinationConfig.OnFailure.Destination")
        for config in template.of_type(INVOKE_CONFIG, MAPPING)
    ]
    found = [template.by_arn(arn, QUEUE) for arn in arns]
    return list(dict.fromkeys(queue for queue in found if queue))


def redrive_target(template: Template, queue: Resource) -> Resource | None:
    """Return the queue that a queue's redrive policy points to."""
    return template.by_arn(template.value(queue, "RedrivePolicy.deadLetterTargetArn"), QUEUE)


def rule_dead_letter_queues(template: Template) -> set[Resource]:
    """Return the dead-letter queues of the targets of all rules."""
    configs = [target.raw.get("DeadLetterConfig") for rule in template.of_type(RULE) for target in targets_of(rule)]
    found = {template.by_arn(config.get("Arn"), QUEUE) for config in configs if isinstance(config, Mapping)}
    return {queue for queue in found if queue}


def target_queues(template: Template) -> set[Resource]:
    """Return the queues that rules send events to."""
    arns = [target.raw.get("Arn") for rule in template.of_type(RULE) for target in targets_of(rule)]
    found = {template.by_arn(arn, QUEUE) for arn in arns}
    return {queue for queue in found if queue}
