"""Every state machine is traced.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import WORKFLOW
from policies.engine.policy import Policy
from policies.engine.template.template import Template
from policies.engine.template.values import is_true

_PATH = "TracingConfiguration.Enabled"


class TracedWorkflows(Policy):
    scope = (WORKFLOW,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for workflow in template.of_type(WORKFLOW):
            enabled = template.value(workflow, _PATH)
            if not is_true(template, enabled):
                found = "missing, so off" if enabled is None else str(enabled)
                yield Finding(workflow.logical_id, _PATH, found, "true")


policy = TracedWorkflows()
