"""Alarms on what becomes of every state machine's executions: failed, timed out, throttled.

https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import ALARM, WORKFLOW
from policies.engine.policy import Policy
from policies.engine.services.alarms import Watch, watched
from policies.engine.template.template import Template


class WorkflowAlarms(Policy):
    scope = (WORKFLOW,)
    relies_on = (ALARM,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        threshold, seconds = parameters["maximum_threshold"], parameters["maximum_seconds"]
        for workflow in template.of_type(WORKFLOW):
            dimensions = {"StateMachineArn": template.arn(workflow) or ""}
            for metric in parameters["metrics"]:
                watch = Watch("AWS/States", metric, dimensions, ("Sum",), threshold, seconds)
                yield from watched(template, workflow, "StateMachineName", watch)


policy = WorkflowAlarms()
