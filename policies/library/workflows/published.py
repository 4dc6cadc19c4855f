"""A workflow publishes what its functions said: each wanted member of an answer, to the topic, and nothing else.

`workflows` says for each the topic, and which members of the functions' answers are messages, such as `alerts.fraud`.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import TOPIC, WORKFLOW
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.workflows.arriving import arriving
from policies.engine.workflows.data import RESULT, entered, given
from policies.engine.workflows.definition import definition_of, unread
from policies.engine.workflows.states import State
from policies.engine.workflows.tasks import function_tasks, operation

_PUBLISH = "sns:publish"


class Published(Policy):
    scope = (WORKFLOW,)
    relies_on = (TOPIC,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        for part, wanted in parameters["workflows"].items():
            workflow, topic = parts.player("workflow", part), parts.player("topic", wanted["topic"])
            if workflow is None or topic is None:
                found = f"no {'topic' if workflow else 'workflow'} {wanted['topic'] if workflow else part}"
                yield Finding(TEMPLATE, "Resources", found, f"a workflow {part} that publishes to {wanted['topic']}")
                continue
            yield from unread(template, workflow)
            yield from _published(template, workflow, topic, wanted)


def _published(template: Template, workflow: Resource, topic: Resource, wanted: Mapping[str, Any]) -> Iterator[Finding]:
    top = definition_of(template, workflow).top
    arrived = arriving(top) if top else {}
    said = {f"{RESULT}{task.name}" for task in function_tasks(template, workflow)}
    left = list(wanted["messages"])
    for name, scopes in arrived.items():
        task = top.states.get(name) if top else None
        done = operation(task) if task and task.kind == "Task" else None
        if task is None or done is None or done.name != _PUBLISH:
            continue
        named = text_of(task.arguments.get("TopicArn", task.arguments.get("TargetArn")))
        if named is None or template.by_arn(named, TOPIC) is not topic:
            path = f"{_arguments(task)}.TopicArn"
            yield Finding(workflow.logical_id, path, str(named), f"the topic {wanted['topic']}")
            continue
        messages = [given(entered(scope, task), task.arguments, jsonata=task.jsonata).at("Message") for scope in scopes]
        sources = set().union(*(message.all_sources() for message in messages))
        which = {one for one in wanted["messages"] if sources and all(_is(source, one, said) for source in sources)}
        left = [one for one in left if one not in which]
        if not which:
            shown = ", ".join(sorted(sources)) or "nothing that is known"
            wish = f"of a function's answer {' or '.join(wanted['messages'])}"
            yield Finding(workflow.logical_id, f"{_arguments(task)}.Message", f"a message of {shown}", wish)
    for one in left:
        found = f"no state that publishes {one} to the topic {wanted['topic']}"
        yield Finding(workflow.logical_id, "Definition", found, f"{_PUBLISH} of {one}, a function's answer")


def _is(source: str, member: str, said: set[str]) -> bool:
    """Return whether a source is that member of what a function said."""
    return source.endswith(f".{member}") and source.split(".", 1)[0] in said


def _arguments(task: State) -> str:
    return f"{task.path}.{'Arguments' if task.jsonata else 'Parameters'}"


policy = Published()
