"""The three functions exist, and each is called by what must call it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from collections.abc import Iterator
from typing import Any

from support.finding import TEMPLATE, Finding
from support.policy import Policy
from support.roles import FUNCTIONS, Roles, roles_of
from support.template import Resource, Template
from support.wiring import FUNCTION, METHOD, RULE, bus_of, calls_of

_CALLERS = {
    "ingest_processor": "a method of the API",
    "fraud_detector": "a rule on the transaction bus",
    "notifier": "a rule on the system bus",
}


class ThreeFunctions(Policy):
    scope = (FUNCTION,)
    relies_on = (METHOD, RULE)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        roles = roles_of(template)
        for part in FUNCTIONS:
            function = roles.function(part)
            if function is None:
                yield Finding(TEMPLATE, "Resources", f"no {part}", f"a function {part}, called by {_CALLERS[part]}")
            elif not _is_called(template, roles, part, function):
                found = f"{part} is not called by {_CALLERS[part]}"
                yield Finding(function.logical_id, "FunctionName", found, f"a call by {_CALLERS[part]}")


def _is_called(template: Template, roles: Roles, part: str, function: Resource) -> bool:
    callers = [call.caller for call in calls_of(template, function)]
    if part == "ingest_processor":
        return any(caller.type == METHOD for caller in callers)
    bus = roles.bus("transaction" if part == "fraud_detector" else "system")
    return bus is not None and any(caller.type == RULE and bus_of(template, caller) is bus for caller in callers)


check = ThreeFunctions()
