"""How the parts of a template are connected: functions, aliases, buses, rules and their targets."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from policies.engine.kinds import (
    ALIAS,
    BUCKET,
    BUS,
    FUNCTION,
    INVOKE_CONFIG,
    LOG_GROUP,
    MAPPING,
    METHOD,
    QUEUE,
    ROLE,
    RULE,
    SUBSCRIPTION,
    VERSION,
)
from policies.engine.template.template import Resource, Template

LATEST = "$LATEST"
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
    """Return the function and qualifier behind an ARN, partial ARN or name; None if it is not of the template."""
    text = template.text(expression)
    if text is None:
        return None
    return template.once(("invocation", text), lambda: _invocation(template, text))


def _invocation(template: Template, text: str) -> Invocation | None:
    qualified = template.once("qualified functions", lambda: _qualified(template)).get(text)
    if qualified:
        return qualified
    name, _, qualifier = _split_function(text)
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


def _split_function(text: str) -> tuple[str, str, str]:
    """Return name, colon and qualifier of `name:qualifier` or of a function's ARN."""
    text = re.sub(r"^arn:aws:lambda:[^:]*:[^:]*:function:", "", text)
    return text.partition(":")


def function_of(template: Template, resource: Resource) -> Resource | None:
    """Return the function that an alias, a version, an invoke configuration or a permission is on."""
    name = template.text(resource.properties.get("FunctionName"))
    return template.target_of(_split_function(name)[0], FUNCTION) if name is not None else None


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
    """Return the function that an API method is integrated with.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    uri = template.value(method, "Integration.Uri")
    begin = _URI.search(uri) if isinstance(uri, str) and uri.endswith(_URI_END) else None
    return invocation(template, uri[begin.end() : -len(_URI_END)]) if begin else None


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


# Other callers of functions: the property with the function.
CALLERS = {
    MAPPING: "FunctionName",
    "AWS::Scheduler::Schedule": "Target.Arn",
    SUBSCRIPTION: "Endpoint",
}


def log_group_of(template: Template, function: Resource) -> Resource | None:
    """Return the log group that a function names, or else the one that Lambda would make, if the template makes it.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
    """
    named = template.value(function, "LoggingConfig.LogGroup")
    return template.target_of(f"/aws/lambda/{template.name(function)}" if named is None else named, LOG_GROUP)


def notified_functions(template: Template, bucket: Resource) -> Iterator[tuple[str, Invocation]]:
    """Yield the functions that a bucket notifies, each with its place among the bucket's properties.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-lambdaconfiguration.html
    """
    place = "NotificationConfiguration.LambdaConfigurations"
    found = template.value(bucket, place)
    for index, one in enumerate(found if isinstance(found, list) else []):
        called = invocation(template, one.get("Function")) if isinstance(one, Mapping) else None
        if called:
            yield f"{place}[{index}].Function", called


@dataclass(frozen=True)
class Call:
    """A call of a function: by a rule's target, an API method, a bucket, or another caller."""

    caller: Resource
    path: str
    invocation: Invocation


def calls_of(template: Template, function: Resource) -> list[Call]:
    """Return the calls of a function, each with its caller and qualifier."""
    return template.once("calls", lambda: _calls(template)).get(function.logical_id, [])


def _calls(template: Template) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = {}
    for caller, path, called in _callers(template):
        if called:
            found.setdefault(called.function.logical_id, []).append(Call(caller, path, called))
    return found


def _callers(template: Template) -> Iterator[tuple[Resource, str, Invocation | None]]:
    """Yield every possible caller of functions, the path of the call, and what it calls."""
    for rule in template.of_type(RULE):
        for target in targets_of(rule):
            yield rule, f"{target.path}.Arn", invocation(template, target.raw.get("Arn"))
    for method in template.of_type(METHOD):
        yield method, "Integration.Uri", integration(template, method)
    for caller in template.of_type(*CALLERS):
        path = CALLERS[caller.type]
        yield caller, path, invocation(template, template.value(caller, path))
    for bucket in template.of_type(BUCKET):
        for path, called in notified_functions(template, bucket):
            yield bucket, path, called


def failure_queues(template: Template) -> list[Resource]:
    """Return the queues that failed asynchronous calls go to."""
    arns = [
        template.value(config, "DestinationConfig.OnFailure.Destination") for config in template.of_type(INVOKE_CONFIG)
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
