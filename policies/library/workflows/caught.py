"""What fails in a task of a function is caught, kept in a queue, marked, told, and ends as failed.

`workflows` says for each: the queue, what its messages are made of, the table with the status, and the topic.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-fallback-states
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import QUEUE, TABLES, TOPIC, WORKFLOW
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.services.queues import TAKES_ALL, refusal
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.workflows.data import ERROR, EXECUTION, INPUT, WHOLE_INPUT, Data, Scope, caught, given
from policies.engine.workflows.definition import Definition, definition_of, unread
from policies.engine.workflows.failing import Branch, Problem
from policies.engine.workflows.states import ALL, State, errors_of
from policies.engine.workflows.tasks import function_tasks, operation

_SEND, _PUBLISH = "sqs:sendMessage", "sns:publish"
_UPDATE, _PUT = "dynamodb:updateItem", "dynamodb:putItem"
# A clause of an update, and the values that it assigns as they are.
_SET = re.compile(r"(?<![#:.\w])SET\s(.*?)(?=\s(?:SET|REMOVE|ADD|DELETE)\s|$)", re.IGNORECASE | re.DOTALL)
_ASSIGNED = re.compile(r"=\s*(:\w+)\s*(?=,|$)")


class CaughtFailures(Policy):
    scope = (WORKFLOW,)
    relies_on = (QUEUE, TOPIC, *TABLES)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        for part, wanted in parameters["workflows"].items():
            workflow = parts.player("workflow", part)
            if workflow is None:
                yield Finding(TEMPLATE, "Resources", f"no workflow {part}", f"a workflow {part}")
                continue
            yield from unread(template, workflow)
            definition = definition_of(template, workflow)
            steps = _Steps(template, parts, wanted)
            yield from steps.missing()
            yield from _caught(template, workflow, definition, steps)


def _caught(template: Template, workflow: Resource, definition: Definition, steps: "_Steps") -> Iterator[Finding]:
    judged: dict[str, State] = {}
    for task in function_tasks(template, workflow):
        # What a task inside of a Map or a Parallel does not catch, they may.
        chain = [task, *task.holders]
        if not any(ALL in errors_of(one) for state in chain for one in state.catchers()):
            found = f"no Catch of {ALL}" if any(one.catchers() for one in chain) else "no Catch"
            yield Finding(workflow.logical_id, f"{task.path}.Catch", found, f"a Catch of {ALL}, for what is left")
        judged.update({state.path: state for state in chain if state.catchers()})
    for state in judged.values():
        for index, catcher in enumerate(state.catchers()):
            yield from _kept(workflow, state, index, catcher)
            scope = Scope(WHOLE_INPUT, state.name)
            branch = Branch(definition.levels, steps.names, partial(steps.taken, state))
            to = text_of(catcher.get("Next")) or ""
            branch.follow(state.level, to, caught(scope, state, catcher), state.name)
            for path, found, wanted in branch.problems:
                yield Finding(workflow.logical_id, path, found, wanted)


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


class _Steps:
    """The steps that must be taken after an error, and how to know them."""

    def __init__(self, template: Template, parts: Parts, wanted: Mapping[str, Any]) -> None:
        self._template, self._wanted = template, wanted
        self._queue, self._topic = parts.player("queue", wanted["queue"]), parts.player("topic", wanted["topic"])
        self._table = parts.player("table", wanted["table"])
        self.names = {
            "kept": f"a message to the queue {wanted['queue']}",
            "marked": f"the status {wanted['status']} in the table {wanted['table']}",
            "told": f"a message to the topic {wanted['topic']}",
        }

    def missing(self) -> Iterator[Finding]:
        """Yield what the template lacks."""
        for kind, one in (("queue", self._queue), ("table", self._table), ("topic", self._topic)):
            if one is None:
                found = f"no {kind} {self._wanted[kind]}"
                yield Finding(TEMPLATE, "Resources", found, f"a {kind} {self._wanted[kind]}")

    def taken(self, failed: State, task: State, scope: Scope) -> tuple[str, Iterator[Problem]]:
        """Return which step a task takes, after an error of a state, and what is wrong with what it sends."""
        done, arguments = operation(task), task.arguments
        name = done.name if done else ""
        if name == _SEND and self._is(arguments.get("QueueUrl"), self._queue):
            return "kept", self._message(failed, task, scope)
        if name == _PUBLISH and self._is(arguments.get("TopicArn", arguments.get("TargetArn")), self._topic):
            return "told", iter(())
        if name in (_UPDATE, _PUT) and self._is(arguments.get("TableName"), self._table):
            data = given(scope, arguments, jsonata=task.jsonata)
            return "marked" if self._wanted["status"] in _written(name, data) else "", iter(())
        return "", iter(())

    def _is(self, named: Any, resource: Resource | None) -> bool:
        text = text_of(named)
        known = resource is not None and text is not None
        return known and self._template.target_of(text, resource.type if resource else "") is resource

    def _message(self, failed: State, task: State, scope: Scope) -> Iterator[Problem]:
        body = given(scope, task.arguments, jsonata=task.jsonata).at("MessageBody")
        sources = body.all_sources()
        fields = [f"{INPUT}.{name}" for name in self._wanted["input"]]
        whole = INPUT in sources or all(body.has(name) for name in fields)
        lacking = [
            what
            for what, there in (
                (f"the state, {failed.name}", f"text:{failed.name}" in sources),
                ("the error", body.has(ERROR)),
                ("the execution", EXECUTION in sources),
                ("the input", whole),
            )
            if not there
        ]
        path = f"{task.path}.{'Arguments' if task.jsonata else 'Parameters'}.MessageBody"
        if lacking:
            yield path, f"a message without {', '.join(lacking)}", "state, error, execution and input"
        refused = refusal(self._template, self._queue)
        if refused:
            yield f"{task.path}.Resource", refused, TAKES_ALL


def _written(operation_name: str, data: Data) -> set[str]:
    """Return the texts that an operation puts into an item; a value that no SET clause assigns is written nowhere.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
    """
    if operation_name == _PUT:
        return data.at("Item").texts()
    assigned = {
        one
        for expression in data.at("UpdateExpression").texts()
        for clause in _SET.findall(expression)
        for one in _ASSIGNED.findall(clause)
    }
    values = data.at("ExpressionAttributeValues")
    return data.at("AttributeUpdates").texts().union(*(values.at(one).texts() for one in assigned))


policy = CaughtFailures()
