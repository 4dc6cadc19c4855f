"""The steps that must be taken after an error, and how to know them.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-fallback-states
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from policies.engine.events.wiring import on_function
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import INVOKE_CONFIG, QUEUE
from policies.engine.parts import Parts
from policies.engine.services.queues import TAKES_ALL, refusal
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.workflows.data import ERROR, EXECUTION, INPUT, RESULT, Data, Scope, given
from policies.engine.workflows.failing import Problem
from policies.engine.workflows.states import State
from policies.engine.workflows.tasks import called, function_tasks, operation
from policies.engine.workflows.tested import TESTED, let_through

_KINDS = ("queue", "table", "topic")
# An error as a whole, and what of it a function's own words are.
_WITH_CAUSE = {ERROR, f"{ERROR}.Cause"}
_ON_FAILURE = "DestinationConfig.OnFailure.Destination"
_SEND, _PUBLISH = "sqs:sendMessage", "sns:publish"
_UPDATE, _PUT = "dynamodb:updateItem", "dynamodb:putItem"
# A clause of an update, and the values that it assigns as they are.
_SET = re.compile(r"(?<![#:.\w])SET\s(.*?)(?=\s(?:SET|REMOVE|ADD|DELETE)\s|$)", re.IGNORECASE | re.DOTALL)
_ASSIGNED = re.compile(r"=\s*(:\w+)\s*(?=,|$)")


class Steps:
    """The steps that must be taken after an error, and how to know them."""

    def __init__(self, template: Template, parts: Parts, workflow: Resource, wanted: Mapping[str, Any]) -> None:
        self._template, self._wanted = template, wanted
        self._players = {kind: parts.player(kind, wanted[kind]) for kind in _KINDS if kind in wanted}
        self._names = {
            "kept": f"a message to the queue {wanted['queue']}",
            "marked": f"the status {wanted['status']} in the table {wanted['table']}",
        }
        if "topic" in wanted:
            self._names["told"] = f"a message to the topic {wanted['topic']}"
        self.unchecked: Mapping[str, Any] = wanted.get("unchecked", {})
        checks = parts.player("function", self.unchecked["function"]) if self.unchecked else None
        self._checking = {
            task.name
            for task in function_tasks(template, workflow)
            if checks and (call := called(template, task)) and call.function is checks
        }

    def names_after(self, failed: State) -> Mapping[str, str]:
        """Return the steps to take after an error of a state: unchecked input may have no id to mark."""
        return {"kept": self._names["kept"]} if failed.name in self._checking else self._names

    def missing(self) -> Iterator[Finding]:
        """Yield what the template lacks."""
        for kind, one in self._players.items():
            if one is None:
                found = f"no {kind} {self._wanted[kind]}"
                yield Finding(TEMPLATE, "Resources", found, f"a {kind} {self._wanted[kind]}")

    def taken(self, failed: State, task: State, scope: Scope) -> tuple[str, Iterator[Problem]]:
        """Return which step a task takes, after an error of a state, and what is wrong with what it sends."""
        step, problems = self._step(failed, task, scope)
        return step, chain(problems, self._unchecked(task, scope) if failed.name in self._checking else ())

    def sends(self, task: State) -> bool:
        """Return whether a task sends a message to the queue."""
        done = operation(task) if task.kind == "Task" else None
        return done is not None and done.name == _SEND and self._is(task.arguments.get("QueueUrl"), "queue")

    def queue_fed_by(self, template: Template, workflow: Resource) -> Iterator[Finding]:
        """Yield functions of the workflow whose own failures go to the queue, too."""
        calls = {call.function for task in function_tasks(template, workflow) if (call := called(template, task))}
        for function in sorted(calls, key=lambda one: one.logical_id):
            places = [(function, "DeadLetterConfig.TargetArn")]
            places += [(one, _ON_FAILURE) for one in on_function(template, function, INVOKE_CONFIG)]
            for owner, path in places:
                value = template.value(owner, path)
                if value is not None and template.by_arn(value, QUEUE) is self._players["queue"]:
                    found = f"the queue {self._wanted['queue']}, which the workflow sends to"
                    yield Finding(owner.logical_id, path, found, "none: what fails is kept once, by the workflow")

    def _step(self, failed: State, task: State, scope: Scope) -> tuple[str, Iterator[Problem]]:
        done, arguments = operation(task), task.arguments
        name = done.name if done else ""
        if self.sends(task):
            return "kept", self._message(failed, task, scope)
        if name == _PUBLISH and self._is(arguments.get("TopicArn", arguments.get("TargetArn")), "topic"):
            return "told", iter(())
        if name in (_UPDATE, _PUT) and self._is(arguments.get("TableName"), "table"):
            data = given(scope, arguments, jsonata=task.jsonata)
            return "marked" if self._wanted["status"] in _written(name, data) else "", iter(())
        return "", iter(())

    def _is(self, named: Any, kind: str) -> bool:
        text, resource = text_of(named), self._players.get(kind)
        known = resource is not None and text is not None
        return known and self._template.target_of(text, resource.type if resource else "") is resource

    def _message(self, failed: State, task: State, scope: Scope) -> Iterator[Problem]:
        body = given(scope, task.arguments, jsonata=task.jsonata).at("MessageBody")
        sources = body.all_sources()
        path = f"{task.path}.{'Arguments' if task.jsonata else 'Parameters'}.MessageBody"
        lacking = [
            what
            for what, there in (
                (f"the state, {failed.name}", f"text:{failed.name}" in sources),
                ("the error", body.has(ERROR)),
                ("the execution", EXECUTION in sources),
                ("the input", failed.name in self._checking or self._has_input(body)),
            )
            if not there
        ]
        if lacking:
            yield path, f"a message without {', '.join(lacking)}", "state, error, execution and input"
        refused = refusal(self._template, self._players["queue"])
        if refused:
            yield f"{task.path}.Resource", refused, TAKES_ALL

    def _unchecked(self, task: State, scope: Scope) -> Iterator[Problem]:
        """Yield what of a task's arguments nobody has checked: it stays in a queue, an item or a mail."""
        for name in dict.fromkeys(one.removesuffix(".$") for one in task.arguments):
            value = given(scope, task.arguments, jsonata=task.jsonata).at(name)
            path = f"{task.path}.{'Arguments' if task.jsonata else 'Parameters'}.{name}"
            for found in dict.fromkeys(self._unchecked_in(value)):
                yield path, found, "of unchecked input only what an expression of JSONata has tested"

    def _has_input(self, body: Data) -> bool:
        """Return whether a message has the input, or that member of a checking function's answer which has it."""
        if self.unchecked:
            answers = [(f"{RESULT}{name}", f".{self.unchecked['answer']}") for name in self._checking]
            return any(
                one.startswith(begin) and one.endswith(end) for one in body.all_sources() for begin, end in answers
            )
        fields = [f"{INPUT}.{name}" for name in self._wanted["input"]]
        return INPUT in body.all_sources() or all(body.has(name) for name in fields)

    def _unchecked_in(self, body: Data) -> Iterator[str]:
        """Yield what of a message is unchecked input that no expression tested, or not enough."""
        for part in body.parts():
            if part.sources & _WITH_CAUSE:
                yield "a message with an error's cause, which may repeat unchecked input"
            if not any(one == INPUT or one.startswith(f"{INPUT}.") for one in part.sources):
                continue
            tests = [one.removeprefix(TESTED) for one in part.sources if one.startswith(TESTED)]
            if not tests:
                yield "a message with unchecked input"
            for left in (let_through(test, self.unchecked["refused"]) for test in tests):
                if left:
                    yield f"a message with unchecked input, whose test lets {left[0]} through"


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
