"""What fails in a task of a function is caught, kept in a queue, marked, told, and ends as failed.

`workflows` says for each: the queue, what its messages are made of, the table with the status, and the topic, if any.
Where `unchecked` is said, the input may hold what must not be kept, until a function has checked it:

    unchecked: {function: validation, answer: transaction, refused: ["4111111111111111"]}

Then every task is caught, and messages have that member of the function's answer; those after an error of the function
itself have of the input only what a JSONata expression tested, by regular expressions that refuse these texts.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-fallback-states
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import QUEUE, TABLES, TOPIC, WORKFLOW
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.workflows.arriving import arriving
from policies.engine.workflows.data import WHOLE_INPUT, Scope, caught
from policies.engine.workflows.definition import Definition, definition_of, unread
from policies.engine.workflows.failing import Branch
from policies.engine.workflows.states import ALL, State, errors_of
from policies.engine.workflows.steps import Steps
from policies.engine.workflows.tasks import function_tasks


class CaughtFailures(Policy):
    scope = (WORKFLOW,)
    relies_on = (QUEUE, TOPIC, *TABLES)
    only = "workflows"

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        for part, wanted in parameters["workflows"].items():
            workflow = parts.player("workflow", part)
            if workflow is None:
                yield Finding(TEMPLATE, "Resources", f"no workflow {part}", f"a workflow {part}")
                continue
            yield from unread(template, workflow)
            definition = definition_of(template, workflow)
            steps = Steps(template, parts, workflow, wanted)
            yield from steps.missing()
            yield from steps.queue_fed_by(template, workflow)
            yield from _silent(workflow, definition, steps)
            yield from _caught(template, workflow, definition, steps)


def _caught(template: Template, workflow: Resource, definition: Definition, steps: Steps) -> Iterator[Finding]:
    judged: dict[str, State] = {}
    tasks = _every_task(definition) if steps.unchecked else list(function_tasks(template, workflow))
    for task in tasks:
        # What a task inside of a Map or a Parallel does not catch, they may.
        chain = [task, *task.holders]
        if not any(ALL in errors_of(one) for state in chain for one in state.catchers()):
            found = f"no Catch of {ALL}" if any(one.catchers() for one in chain) else "no Catch"
            yield Finding(workflow.logical_id, f"{task.path}.Catch", found, f"a Catch of {ALL}, for what is left")
        judged.update({state.path: state for state in chain if state.catchers()})
    arrived = arriving(definition.top) if steps.unchecked and definition.top else {}
    for state in judged.values():
        for index, catcher in enumerate(state.catchers()):
            yield from _kept(workflow, state, index, catcher)
            branch = Branch(definition.levels, steps.names_after(state), partial(steps.taken, state), ("kept",))
            to = text_of(catcher.get("Next")) or ""
            for scope in arrived.get(state.name) or [Scope(WHOLE_INPUT, state.name)]:
                branch.follow(state.level, to, caught(scope, state, catcher), state.name)
            for path, found, wanted in branch.problems:
                yield Finding(workflow.logical_id, path, found, wanted)


def _silent(workflow: Resource, definition: Definition, steps: Steps) -> Iterator[Finding]:
    """Yield a Fail that a way leads to without any error, and without a message of it."""
    level = definition.top
    if level is None:
        return
    waiting, known = [level.start], set[str]()
    while waiting:
        state = level.states.get(waiting.pop())
        if state is None or state.name in known or steps.sends(state):
            continue
        known.add(state.name)
        if state.kind == "Fail":
            found = "a Fail without a message to the queue before it, on a way that no error leads to"
            yield Finding(workflow.logical_id, state.path, found, "a message, or a result that is no error")
        waiting.extend(way.to for way in state.ways() if way.catcher is None)


def _every_task(definition: Definition) -> list[State]:
    """Return the tasks that an execution enters while it may still end well."""
    levels = ((level, level.reached_from(level.start, caught=False)) for level in definition.levels)
    states = [level.states[name] for level, names in levels for name in names]
    return [one for one in states if one.kind == "Task" and _may_end_well(one)]


def _may_end_well(state: State) -> bool:
    beyond = (state.level.states[name] for name in state.level.reached_from(state.name, caught=False))
    return any(one.kind == "Succeed" or one.raw.get("End") is True for one in beyond)


def _kept(workflow: Resource, state: State, index: int, catcher: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a catcher whose error takes the place of the input, or is thrown away."""
    if state.jsonata:
        return
    path, where = f"{state.path}.Catch[{index}].ResultPath", catcher.get("ResultPath", "$")
    if "ResultPath" in catcher and where is None:
        yield Finding(
            workflow.logical_id, path, "null: the error is thrown away", "a place of its own, such as $.error"
        )
    elif (text_of(where) or "$").strip() == "$":
        yield Finding(workflow.logical_id, path, f"{where}: the error replaces the input", "a place such as $.error")


policy = CaughtFailures()
