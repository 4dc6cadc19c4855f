"""A function that is called asynchronously is tried again, and what still fails goes to somebody who keeps it.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.edges import asynchronous_callers
from policies.engine.events.wiring import on_function
from policies.engine.finding import Finding
from policies.engine.kinds import FUNCTION, INVOKE_CONFIG, PERMISSION
from policies.engine.policy import Policy
from policies.engine.services.versions import whole_functions
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import shown

_FAILURE, _DEAD = "DestinationConfig.OnFailure.Destination", "DeadLetterConfig.TargetArn"
_ATTEMPTS = "MaximumRetryAttempts"


class KeptFailures(Policy):
    scope = (FUNCTION,)
    relies_on = (INVOKE_CONFIG, PERMISSION)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for function in whole_functions(template):
            callers = asynchronous_callers(template, function)
            if callers:
                yield from _problems(template, function, callers, parameters["minimum_attempts"])


def _problems(template: Template, function: Resource, callers: list[str], least: int) -> Iterator[Finding]:
    configs = on_function(template, function, INVOKE_CONFIG)
    kept = [one for one in configs if template.value(one, _FAILURE) is not None]
    if not kept and template.value(function, _DEAD) is None:
        more = f" and {len(callers) - 3} more" if len(callers) > 3 else ""
        found = f"nothing keeps what fails of asynchronous calls, by {', '.join(callers[:3])}{more}"
        yield Finding(function.logical_id, _DEAD, found, "a dead-letter queue, or an OnFailure destination")
    for config in configs:
        attempts = template.value(config, _ATTEMPTS)
        number = template.number(attempts)
        # AWS's default is two more.
        if attempts is not None and (number is None or number < least):
            yield Finding(config.logical_id, _ATTEMPTS, shown(template, attempts), f"at least {least}")


policy = KeptFailures()
