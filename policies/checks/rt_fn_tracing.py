"""X-Ray is active on every function, and its role may write the traces.

https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
"""

from collections.abc import Iterator
from typing import Any

from support.finding import Finding
from support.policy import Policy
from support.statements import role_statements
from support.template import Resource, Template
from support.wiring import FUNCTION, role_of

_ACTIONS = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")


class FunctionTracing(Policy):
    scope = (FUNCTION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for function in template.of_type(FUNCTION):
            mode = template.value(function, "TracingConfig.Mode")
            if mode != "Active":
                yield Finding(function.logical_id, "TracingConfig.Mode", str(mode or "none"), "Active")
            role = role_of(template, function)
            missing = [action for action in _ACTIONS if not role or not _may(template, role, action)]
            if missing:
                owner, path = (role.logical_id, "Policies") if role else (function.logical_id, "Role")
                yield Finding(owner, path, f"no right to {', '.join(missing)}", f"{' and '.join(_ACTIONS)} on *")


def _may(template: Template, role: Resource, action: str) -> bool:
    return any(
        one.effect == "Allow" and one.covers(action) and "*" in one.resources and not one.conditions
        for one in role_statements(template, role)
    )


check = FunctionTracing()
