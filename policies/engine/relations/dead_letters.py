"""The queues that something else's failures go to: wherever a property for dead letters or failures names one."""

import re

from policies.engine.kinds import QUEUE
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_PATH = re.compile(r"dead_?-?letter|onfailure|redrivepolicy|erroraction|catch", re.IGNORECASE)
# Another stack's failures may go there: what the name says counts.
_NAME = re.compile(r"dlq|dead[-_]?letter|deadletter|failure", re.IGNORECASE)


def dead_letter_queues(template: Template) -> list[Resource]:
    """Return the queues that failures go to, in the template's order."""
    return template.once(dead_letter_queues, lambda: _dead_letter_queues(template))


def _dead_letter_queues(template: Template) -> list[Resource]:
    found = {
        queue.logical_id
        for resource, path, value in template.texts()
        if _PATH.search(path) and (queue := _queue(template, path, value)) and queue is not resource
    }
    queues = template.of_type(QUEUE)
    return [one for one in queues if one.logical_id in found or _NAME.search(f"{one.logical_id} {template.name(one)}")]


def _queue(template: Template, path: str, value: object) -> Resource | None:
    if path.endswith("RedrivePolicy"):
        # A text, or a function that makes one.
        policy = template.structure(value)
        value = policy.get("deadLetterTargetArn") if isinstance(policy, dict) else None
    return template.target_of(value, QUEUE)
