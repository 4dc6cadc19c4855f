"""Failures go to a queue, and successes to a bus where wanted, set on the qualifier that is invoked.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import LATEST, calls_of, on_function, role_of
from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.iam.permissions import lacking
from policies.engine.kinds import BUS, FUNCTION, INVOKE_CONFIG, QUEUE
from policies.engine.policy import Policy
from policies.engine.services.queues import TAKES_ALL, refusal
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_SUCCESS, _FAILURE = "DestinationConfig.OnSuccess.Destination", "DestinationConfig.OnFailure.Destination"


class FunctionDestinations(Policy):
    scope = (FUNCTION,)
    relies_on = (INVOKE_CONFIG, QUEUE, BUS)
    only = "functions"

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for part in parameters["functions"]:
            function = parameters["parts"].function(part)
            if function is None:
                yield Finding(TEMPLATE, "Resources", f"no {part}", f"{part} with its destinations")
                continue
            configs = {
                template.text(config.properties.get("Qualifier", LATEST)) or UNRESOLVED: config
                for config in on_function(template, function, INVOKE_CONFIG)
            }
            callers: dict[str, list[str]] = {parameters.get("alias", LATEST): []}
            for call in calls_of(template, function):
                # Only a call that does not wait has a destination for what becomes of it.
                names = [call.caller.logical_id] if call.asynchronous else []
                callers.setdefault(call.invocation.qualifier, []).extend(names)
            for qualifier in sorted(callers.keys() - configs.keys()):
                found = f"destinations on {', '.join(sorted(configs)) or 'no qualifier'}"
                by = f", asynchronously by {', '.join(sorted(set(callers[qualifier])))}" if callers[qualifier] else ""
                wanted = f"an EventInvokeConfig on the qualifier {qualifier}, which is what is invoked{by}"
                yield Finding(function.logical_id, "EventInvokeConfig", found, wanted)
            for config in configs.values():
                yield from _destinations(template, function, config, parameters)


def _destinations(
    template: Template, function: Resource, config: Resource, parameters: dict[str, Any]
) -> Iterator[Finding]:
    part = parameters.get("successes")
    success, failure = template.value(config, _SUCCESS), template.value(config, _FAILURE)
    bus, queue = template.by_arn(success, BUS), template.by_arn(failure, QUEUE)
    if part and (bus is None or bus is not parameters["parts"].bus(part)):
        yield Finding(config.logical_id, _SUCCESS, str(success or "none"), f"the ARN of the {part} bus")
    if not part and success is not None:
        yield Finding(config.logical_id, _SUCCESS, text_of(success) or UNRESOLVED, "none: only failures are kept")
    if queue is None:
        yield Finding(config.logical_id, _FAILURE, str(failure or "none"), "the ARN of a queue of this stack")
    if refused := refusal(template, queue):
        yield Finding(config.logical_id, _FAILURE, refused, TAKES_ALL)
    role = role_of(template, function)
    for resource, action in ((bus, "events:PutEvents"), (queue, "sqs:SendMessage")):
        arn = template.arn(resource) if resource else None
        if role and arn:
            # Lambda sends to a destination with the function's role.
            yield from lacking(template, role, action, arn)


policy = FunctionDestinations()
