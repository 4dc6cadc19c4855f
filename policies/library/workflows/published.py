"""A workflow publishes what its functions said: each wanted member of an answer, to the topic, and nothing else.

Or its functions publish by themselves, where no state of the workflow does: both would tell it twice.

`workflows` says for each the topic, which members of the functions' answers are messages, such as `alerts.fraud`, and
of which members of answers nothing may be told beside a message, such as its subject and its attributes: `never`.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.wiring import role_of
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.iam.permissions import lacking
from policies.engine.kinds import TOPIC, WORKFLOW
from policies.engine.network.naming import shown_function
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.workflows.arriving import arriving
from policies.engine.workflows.data import INPUT, RESULT, Scope, entered, given
from policies.engine.workflows.definition import definition_of, unread
from policies.engine.workflows.states import State
from policies.engine.workflows.tasks import called, function_tasks, operation

_PUBLISH = "sns:publish"


class Published(Policy):
    scope = (WORKFLOW,)
    relies_on = (TOPIC,)
    only = "workflows"

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        for part, wanted in parameters["workflows"].items():
            workflow, topic = parts.player("workflow", part), parts.player("topic", wanted["topic"])
            if workflow is None or topic is None:
                found = f"no {'topic' if workflow else 'workflow'} {wanted['topic'] if workflow else part}"
                yield Finding(TEMPLATE, "Resources", found, f"a workflow {part} that publishes to {wanted['topic']}")
                continue
            yield from unread(template, workflow)
            yield from _published(template, parts, workflow, topic, wanted)


def _published(
    template: Template, parts: Parts, workflow: Resource, topic: Resource, wanted: Mapping[str, Any]
) -> Iterator[Finding]:
    top = definition_of(template, workflow).top
    arrived = arriving(top) if top else {}
    said = {f"{RESULT}{task.name}" for task in function_tasks(template, workflow)}
    left, told = list(wanted["messages"]), dict[State, set[str]]()
    for name, scopes in arrived.items():
        task = top.states.get(name) if top else None
        done = operation(task) if task and task.kind == "Task" else None
        if task is None or done is None or done.name != _PUBLISH:
            continue
        named = text_of(task.arguments.get("TopicArn", task.arguments.get("TargetArn")))
        told[task] = set()
        if named is None or template.by_arn(named, TOPIC) is not topic:
            path = f"{_arguments(task)}.TopicArn"
            yield Finding(workflow.logical_id, path, str(named), f"the topic {wanted['topic']}")
            continue
        messages = [given(entered(scope, task), task.arguments, jsonata=task.jsonata).at("Message") for scope in scopes]
        sources = set().union(*(message.all_sources() for message in messages))
        which = {one for one in wanted["messages"] if sources and all(_is(source, one, said) for source in sources)}
        left = [one for one in left if one not in which]
        told[task] = which
        yield from _beside(workflow, task, scopes, wanted)
        if not which:
            shown = ", ".join(sorted(sources)) or "nothing that is known"
            wish = f"of a function's answer {' or '.join(wanted['messages'])}"
            yield Finding(workflow.logical_id, f"{_arguments(task)}.Message", f"a message of {shown}", wish)
    for task, which in told.items():
        beyond = {name for way in task.ways() if way.catcher is None for name in _after(task, way.to)}
        again = [one for one in told if one.name in beyond and told[one] & which]
        for one in again:
            found = f"{', '.join(sorted(told[one] & which))} a second time, after {task.name}"
            yield Finding(workflow.logical_id, one.path, found, "each message once")
    tellers = [one for one in _functions(template, workflow) if _may_publish(template, one, topic)]
    for function in tellers if told else ():
        found = f"{shown_function(parts, function)} may publish to the topic {wanted['topic']}, as the workflow does"
        role = role_of(template, function)
        yield Finding((role or function).logical_id, "Policies", found, "one who tells: the workflow, or functions")
    if tellers and not told:
        return
    for one in left:
        found = f"no state that publishes {one} to the topic {wanted['topic']}"
        yield Finding(workflow.logical_id, "Definition", found, f"{_PUBLISH} of {one}, a function's answer")


def _beside(workflow: Resource, task: State, scopes: list[Scope], wanted: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what else a message has of the input, or of what nothing may be told: its subject, its attributes."""
    values = [given(entered(scope, task), task.arguments, jsonata=task.jsonata) for scope in scopes]
    for member in sorted({one.removesuffix(".$") for one in task.arguments} - {"Message"}):
        sources = set().union(*(value.at(member).all_sources() for value in values))
        told = sorted(one for one in sources if _is_data(one, wanted))
        if told:
            found = f"{member} of {', '.join(told)}"
            yield Finding(workflow.logical_id, f"{_arguments(task)}.{member}", found, "nothing beside the message")


def _functions(template: Template, workflow: Resource) -> list[Resource]:
    calls = [call.function for task in function_tasks(template, workflow) if (call := called(template, task))]
    return list({one.logical_id: one for one in calls}.values())


def _may_publish(template: Template, function: Resource, topic: Resource) -> bool:
    role, arn = role_of(template, function), template.arn(topic)
    return role is not None and arn is not None and not any(lacking(template, role, "sns:Publish", arn))


def _after(task: State, first: str) -> dict[str, None]:
    return task.level.reached_from(first, caught=False)


def _is_data(source: str, wanted: Mapping[str, Any]) -> bool:
    """Return whether a source is of the execution's input, or of a member of which nothing may be told."""
    return source.split(".", 1)[0] == INPUT or bool(set(source.split(".")[1:]) & set(wanted.get("never", ())))


def _is(source: str, member: str, said: set[str]) -> bool:
    """Return whether a source is that member of what a function said."""
    return source.endswith(f".{member}") and source.split(".", 1)[0] in said


def _arguments(task: State) -> str:
    return f"{task.path}.{'Arguments' if task.jsonata else 'Parameters'}"


policy = Published()
