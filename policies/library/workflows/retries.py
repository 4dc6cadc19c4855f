"""Every task that calls a function is tried again with growing delays after errors that pass, and ends in time.

https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error
"""

from collections.abc import Iterator, Mapping
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

# Field of a retrier -> AWS's default, and the parameter with the wanted value.
_FIELDS: Mapping[str, tuple[Any, str]] = {
    "IntervalSeconds": (1, "interval_seconds"),
    "BackoffRate": (2.0, "rate"),
    "MaxAttempts": (3, "attempts"),
    "MaxDelaySeconds": (None, "longest_delay_seconds"),
    "JitterStrategy": ("NONE", "jitter"),
}


class TaskRetries(Policy):
    scope = (WORKFLOW,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for workflow in template.of_type(WORKFLOW):
            yield from unread(template, workflow)
            for task in function_tasks(template, workflow):
                yield from _retried(workflow, task, parameters)
                seconds = number(task.raw.get("TimeoutSeconds"))
                if seconds is None or not 0 < seconds <= parameters["longest_seconds"]:
                    found = str(task.raw.get("TimeoutSeconds", "none: 99999999"))
                    wanted = f"1 to {parameters['longest_seconds']} seconds"
                    yield Finding(workflow.logical_id, f"{task.path}.TimeoutSeconds", found, wanted)


def _retried(workflow: Resource, task: State, parameters: dict[str, Any]) -> Iterator[Finding]:
    """Yield errors after which the first retrier for them does other than wanted, or none is for them."""
    missing: list[str] = []
    reported: set[str] = set()
    for error in parameters["errors"]:
        # Only the first that takes an error counts.
        own = next((one for one in enumerate(task.retriers()) if takes(one[1], error)), None)
        if own is None:
            missing.append(error)
            continue
        index, retrier = own
        for name, (default, parameter) in _FIELDS.items():
            found, wanted = retrier.get(name, default), parameters[parameter]
            path = f"{task.path}.Retry[{index}].{name}"
            if not _same(found, wanted) and path not in reported:
                reported.add(path)
                shown = "none" if found is None else str(found)
                yield Finding(workflow.logical_id, path, f"{shown}, for {error}", str(wanted))
    if missing:
        found = f"no retry after {', '.join(missing)}"
        yield Finding(workflow.logical_id, f"{task.path}.Retry", found, "a retrier for them")


def _same(found: Any, wanted: Any) -> bool:
    """Return whether a field has a value; a text is no number here."""
    return found == wanted if isinstance(wanted, str) else number(found) == float(wanted)


policy = TaskRetries()
