"""Asynchronous calls are tried again for a bounded time; what still fails, `functions/destinations` keeps.

`functions` says for each that is called so `{retries: [least, most], age_seconds: [least, most]}`.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import LATEST, calls_of, on_function
from policies.engine.finding import Finding
from policies.engine.kinds import FUNCTION, INVOKE_CONFIG
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.services.versions import whole_functions
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import shown

# AWS's own: twice more, and for six hours.
_DEFAULTS = {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 21_600}
_BOUNDS = {"MaximumRetryAttempts": "retries", "MaximumEventAgeInSeconds": "age_seconds"}


class AsynchronousCalls(Policy):
    scope = (FUNCTION,)
    relies_on = (INVOKE_CONFIG,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        wanted = {parts.function(part): (part, bounds) for part, bounds in parameters["functions"].items()}
        for function in whole_functions(template):
            callers = [call.caller.logical_id for call in calls_of(template, function) if call.asynchronous]
            if function in wanted:
                part, bounds = wanted[function]
                yield from _bounded(template, function, part, bounds, parameters.get("alias", LATEST))
            elif callers:
                found = f"called asynchronously by {', '.join(sorted(set(callers)))}"
                asked = f"asynchronous calls of {', '.join(parameters['functions'])} only"
                yield Finding(function.logical_id, "FunctionName", found, asked)


def _bounded(
    template: Template, function: Resource, part: str, bounds: dict[str, list[int]], alias: str
) -> Iterator[Finding]:
    configs = [
        one
        for one in on_function(template, function, INVOKE_CONFIG)
        if template.text(one.properties.get("Qualifier", LATEST)) == alias
    ]
    if not configs:
        wanted = f"an {INVOKE_CONFIG} on the qualifier {alias}"
        yield Finding(function.logical_id, "EventInvokeConfig", f"none for {part}: AWS's defaults", wanted)
    for config in configs:
        for path, key in _BOUNDS.items():
            own = template.value(config, path)
            number = _DEFAULTS[path] if own is None else template.number(own)
            least, most = bounds[key]
            if number is None or not least <= number <= most:
                found = f"AWS's default, {_DEFAULTS[path]}" if own is None else shown(template, own)
                yield Finding(config.logical_id, path, found, f"{least} to {most}")


policy = AsynchronousCalls()
