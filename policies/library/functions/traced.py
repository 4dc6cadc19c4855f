"""X-Ray is active on every function, and its role may write the traces.

`rights: false` leaves the role out, and `helpers: true` the functions that only custom resources call.

https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.edges import serves_templates
from policies.engine.events.wiring import role_of
from policies.engine.finding import Finding
from policies.engine.iam.permissions import lacking
from policies.engine.kinds import FUNCTION
from policies.engine.policy import Policy
from policies.engine.template.template import Template

_ACTIONS = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")


class FunctionTracing(Policy):
    scope = (FUNCTION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for function in template.of_type(FUNCTION):
            if parameters.get("helpers") and serves_templates(template, function):
                continue
            mode = template.value(function, "TracingConfig.Mode")
            if mode != "Active":
                yield Finding(function.logical_id, "TracingConfig.Mode", str(mode or "none"), "Active")
            if not parameters.get("rights", True):
                continue
            role = role_of(template, function)
            if role is None:
                wanted = f"a role with {' and '.join(_ACTIONS)} on *"
                yield Finding(function.logical_id, "Role", "none of this template", wanted)
                continue
            for action in _ACTIONS:
                yield from lacking(template, role, action, "*")


policy = FunctionTracing()
