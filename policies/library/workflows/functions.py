"""A state machine runs the stage's own functions, each in a task, in their order, after the choices that are wanted.

`calls` are the functions in their order; between `chosen` and the next of them an execution chooses where to go on.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from policies.engine.events.wiring import LATEST
from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.kinds import FUNCTION, WORKFLOW
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.workflows.definition import Definition, definition_of, unread
from policies.engine.workflows.states import Level, State
from policies.engine.workflows.tasks import called, calls_function, operation

_ANSWERED = "RequestResponse"


class WorkflowFunctions(Policy):
    scope = (WORKFLOW,)
    relies_on = (FUNCTION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        for part, wanted in parameters["workflows"].items():
            workflow = parts.player("workflow", part)
            if workflow is None:
                yield Finding(TEMPLATE, "Resources", f"no workflow {part}", f"a workflow {part}")
                continue
            yield from unread(template, workflow)
            definition = definition_of(template, workflow)
            if definition.top is not None:
                functions = {name: parts.function(name) for name in wanted["calls"]}
                yield from _tasks(template, workflow, definition, functions)
                yield from _order(template, workflow, definition, functions, wanted.get("chosen", ()))
        known = [parts.player("workflow", part) for part in parameters["workflows"]]
        for workflow in template.of_type(WORKFLOW):
            if workflow not in known and None not in known:
                yield Finding(workflow.logical_id, "StateMachineName", template.name(workflow), "no other workflow")


def _tasks(
    template: Template, workflow: Resource, definition: Definition, functions: Mapping[str, Resource | None]
) -> Iterator[Finding]:
    name = workflow.logical_id
    for state in definition.states():
        if not calls_function(template, state):
            continue
        done, call = operation(state), called(template, state)
        path = f"{state.path}.{'Arguments' if state.jsonata else 'Parameters'}.FunctionName" if done else state.path
        if call is None or call.function not in functions.values() or call.qualifier != LATEST:
            found = text_of(state.arguments.get("FunctionName")) if done else state.resource
            shown = f"{template.name(call.function)}:{call.qualifier}" if call else found or UNRESOLVED
            yield Finding(name, path, shown, f"the stage's own {' or '.join(functions)}")
        if done and (done.by_sdk or state.arguments.get("InvocationType", _ANSWERED) != _ANSWERED):
            # The SDK's own call answers with the function's error instead of failing with it.
            yield Finding(name, f"{state.path}.Resource", state.resource, "lambda:invoke, whose failures are errors")


def _order(
    template: Template,
    workflow: Resource,
    definition: Definition,
    functions: Mapping[str, Resource | None],
    chosen: tuple[str, ...],
) -> Iterator[Finding]:
    """Yield functions that no task calls, those that come before they should, and choices that are missing."""
    top = definition.top
    assert top is not None
    path = f"{definition.place}.States"
    calling = {
        name: [one for one in definition.reached() if _calls(template, one, own)] for name, own in functions.items()
    }
    for name, tasks in calling.items():
        if not tasks:
            yield Finding(workflow.logical_id, path, f"no task of {name}", f"a task of {name}")
    first = next(iter(functions))
    for before, then in pairwise(functions):
        for task in calling[then]:
            if calling[before] and not any(_follows(one, task) for one in calling[before]):
                yield Finding(
                    workflow.logical_id, task.path, f"{then} that no way from {before} leads to", f"{before} first"
                )
        if before in chosen and not any(_choice(one, task) for one in calling[before] for task in calling[then]):
            wanted = f"a Choice between {before} and {then}: what is refused is a result"
            yield Finding(workflow.logical_id, path, f"{then} whatever {before} says", wanted)
        elif before in chosen and calling[before] and not any(_refuses(one, calling[then]) for one in calling[before]):
            wanted = f"a way from {before} that ends well without {then}: what is refused is a result, no error"
            yield Finding(workflow.logical_id, path, f"no end but Fail without {then}", wanted)
    for name in list(functions)[1:]:
        for task in calling[name]:
            if calling[first] and _passes(task, calling[first]):
                yield Finding(workflow.logical_id, task.path, f"{name} on a way past {first}", f"{first} first, always")


def _calls(template: Template, state: State, function: Resource | None) -> bool:
    call = called(template, state) if calls_function(template, state) else None
    return function is not None and call is not None and call.function is function


def _met(one: State, other: State) -> tuple[State, State]:
    """Return the states of the innermost level that has both that are these, or hold them."""
    own = {state.level: state for state in (one, *one.holders)}
    return next((own[state.level], state) for state in (other, *other.holders) if state.level in own)


def _follows(before: State, then: State) -> bool:
    """Return whether a state follows another when nothing fails."""
    own, target = _met(before, then)
    ways = (way for way in own.ways() if way.catcher is None)
    return any(target.name in own.level.reached_from(way.to, caught=False) for way in ways)


def _passes(task: State, firsts: list[State]) -> bool:
    """Return whether a way leads to a task past all of some others."""
    closed: dict[Level, set[str]] = {}
    targets: dict[Level, str] = {}
    for one in firsts:
        own, target = _met(one, task)
        closed.setdefault(own.level, set()).add(own.name)
        targets[own.level] = target.name
    return all(targets[level] in _without(level.start, names, level) for level, names in closed.items())


def _without(start: str, closed: set[str], level: Level, *, caught: bool = True) -> set[str]:
    """Return the states that ways from the start lead to without passing some."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in found or name in closed or name not in level.states:
            continue
        found.add(name)
        waiting.extend(way.to for way in level.states[name].ways() if caught or way.catcher is None)
    return found


def _refuses(before: State, thens: list[State]) -> bool:
    """Return whether a way from a state ends well without passing others."""
    pairs = [_met(before, one) for one in thens]
    closed = {target.name for _, target in pairs}
    for own, _ in pairs[:1]:
        for way in own.ways():
            names = _without(way.to, closed, own.level, caught=False) if way.catcher is None else set()
            ends = (own.level.states[name] for name in names)
            if any(one.kind == "Succeed" or one.raw.get("End") is True for one in ends):
                return True
    return not pairs


def _choice(before: State, then: State) -> bool:
    """Return whether every way from a state to another passes a Choice."""
    own, target = _met(before, then)
    choices = {name for name, one in own.level.states.items() if one.kind == "Choice"}
    return all(target.name not in _without(way.to, choices, own.level) for way in own.ways() if way.catcher is None)


policy = WorkflowFunctions()
