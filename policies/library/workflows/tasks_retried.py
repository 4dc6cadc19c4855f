"""Every task that calls a function is tried again after what passes: faults of Lambda's own.

https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import WORKFLOW
from policies.engine.policy import Policy
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.workflows.definition import unread
from policies.engine.workflows.states import State, takes
from policies.engine.workflows.tasks import function_tasks
from policies.engine.workflows.times import number


class RetriedTasks(Policy):
    scope = (WORKFLOW,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for workflow in template.of_type(WORKFLOW):
            yield from unread(template, workflow)
            for task in function_tasks(template, workflow):
                yield from _problems(workflow, task, parameters["errors"])


def _problems(workflow: Resource, task: State, errors: list[str]) -> Iterator[Finding]:
    left: list[str] = []
    for error in errors:
        # Only the first that takes an error counts.
        own = next((one for one in task.retriers() if takes(one, error)), None)
        if own is None or number(own.get("MaxAttempts", 3)) == 0:
            left.append(error)
    if left:
        found = f"no retry after {', '.join(left)}"
        yield Finding(
            workflow.logical_id, f"{task.path}.Retry", found, "a retrier for them with MaxAttempts of 1 or more"
        )


policy = RetriedTasks()
