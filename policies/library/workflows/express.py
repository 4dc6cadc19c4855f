"""Every state machine is an Express workflow whose definition can be read and has nothing that Express lacks.

https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import WORKFLOW
from policies.engine.policy import Policy
from policies.engine.template.resource import Resource, mapping
from policies.engine.template.template import Template
from policies.engine.template.values import listed
from policies.engine.workflows.definition import definition_of
from policies.engine.workflows.states import ALL, State, errors_of
from policies.engine.workflows.tasks import operation

_KIND, _EXPRESS = "StateMachineType", "EXPRESS"
# Fields of a distributed Map. https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
_TOLERATED = ("ToleratedFailureCount", "ToleratedFailurePercentage")
_DISTRIBUTED = (
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    *(f"{name}{end}" for name in _TOLERATED for end in ("", "Path")),
)
_MAY_FAIL = ("Task", "Parallel", "Map")
_ONLY = f"only {', '.join(_MAY_FAIL)} have it"
_ACTIVITY = ":activity:"


class ExpressWorkflows(Policy):
    scope = (WORKFLOW,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for workflow in template.of_type(WORKFLOW):
            name, kind = workflow.logical_id, template.value(workflow, _KIND)
            if kind != _EXPRESS:
                yield Finding(name, _KIND, str(kind or "missing, so STANDARD"), _EXPRESS)
            definition = definition_of(template, workflow)
            for path, found, wanted in definition.problems:
                yield Finding(name, path, found, wanted)
            for state in definition.states():
                yield from _lacking(workflow, state)
                yield from _orders(workflow, state)


def _lacking(workflow: Resource, state: State) -> Iterator[Finding]:
    """Yield what only Standard workflows have: waiting for a job, a token or an activity, and distributed Maps."""
    name = workflow.logical_id
    if state.kind == "Task":
        done, path = operation(state), f"{state.path}.Resource"
        if not state.resource:
            yield Finding(name, path, UNRESOLVED, "what the task does")
        elif (done and done.waits) or _ACTIVITY in state.resource:
            yield Finding(name, path, state.resource, "a request and its response: Express waits for nothing else")
    if state.kind == "Map":
        mode = mapping(mapping(state.raw.get("ItemProcessor")).get("ProcessorConfig")).get("Mode")
        if mode not in (None, "INLINE"):
            path = f"{state.path}.ItemProcessor.ProcessorConfig.Mode"
            yield Finding(name, path, str(mode), "INLINE: Express has no distributed Map")
        for key in _DISTRIBUTED:
            if key in state.raw:
                yield Finding(name, f"{state.path}.{key}", "a field of a distributed Map", "none")


def _orders(workflow: Resource, state: State) -> Iterator[Finding]:
    """Yield rules that Step Functions refuses: States.ALL stands alone, and last.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    for key, rules in (("Retry", state.retriers()), ("Catch", state.catchers())):
        if key in state.raw and state.kind not in _MAY_FAIL:
            yield Finding(workflow.logical_id, f"{state.path}.{key}", f"of a {state.kind}", f"none: {_ONLY}")
        if key in state.raw and not isinstance(state.raw[key], list):
            yield Finding(workflow.logical_id, f"{state.path}.{key}", UNRESOLVED, "rules one by one")
        for index, rule in enumerate(rules):
            errors, path = errors_of(rule), f"{state.path}.{key}[{index}].ErrorEquals"
            if not errors or "" in errors:
                yield Finding(workflow.logical_id, path, UNRESOLVED if errors else "none", "errors by their names")
            elif ALL in errors and (len(errors) > 1 or index < len(listed(state.raw[key])) - 1):
                yield Finding(workflow.logical_id, path, ", ".join(errors), f"{ALL} alone, and in the last rule")


policy = ExpressWorkflows()
