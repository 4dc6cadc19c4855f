"""Clues to the part that a resource plays: how it is wired, as a catalogue declares it.

Each clue names candidates. A value may name another part, whose player is looked up first.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from policies.engine.events.rules import dead_letter_queue
from policies.engine.events.wiring import (
    bus_of,
    calls_of,
    integration,
    invocation,
    role_of,
    rules_on,
    source_of,
    targets_of,
)
from policies.engine.iam.identities import role_statements
from policies.engine.kinds import (
    ALARM,
    BUCKET,
    BUS,
    FUNCTION,
    INVOKE_CONFIG,
    QUEUE,
    RULE,
    TABLES,
    TOPIC,
    WORKFLOW,
)
from policies.engine.services.api import routes
from policies.engine.services.storage import key_schema, stream_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed
from policies.engine.workflows.definition import definition_of
from policies.engine.workflows.tasks import called

Player = Callable[[str, str], Resource | None]
Candidates = Iterable[Resource | None]
# The actions that put something into a resource of a kind.
_PUTS = {"events:PutEvents": BUS, "sns:Publish": TOPIC, "sqs:SendMessage": QUEUE}


@dataclass(frozen=True)
class Clue:
    """How to find candidates; `of` is the kind of part that the value names, `values` the only ones it takes."""

    find: Callable[[Template, Any, Player], Candidates]
    of: str = ""
    values: frozenset[str] = frozenset()


def _answers(template: Template, route: str, _: Player) -> Candidates:
    method = routes(template).get(route)
    found = integration(template, method) if method else None
    return [found.function if found else None]


def _called_by_rules(template: Template) -> Iterator[Resource]:
    for rule in template.of_type(RULE):
        for target in targets_of(rule):
            call = invocation(template, target.raw.get("Arn"))
            if call:
                yield call.function


def _called_by_buckets(template: Template) -> Iterator[Resource]:
    for function in template.of_type(FUNCTION):
        yield from (function for call in calls_of(template, function) if call.caller.type == BUCKET)


def _called_by_streams(template: Template) -> Iterator[Resource]:
    streams = {stream_of(template, one) for one in template.of_type(*TABLES)}
    for function in template.of_type(FUNCTION):
        sources = (source_of(template, call.caller) for call in calls_of(template, function))
        yield from (function for source in sources if source in streams and source is not None)


_CALLERS = {"rules": _called_by_rules, "bucket events": _called_by_buckets, "streams": _called_by_streams}


def _called_by(template: Template, callers: str, _: Player) -> Candidates:
    return _CALLERS[callers](template)


def _most_called_by(template: Template, callers: str, _: Player) -> Candidates:
    return [most(_CALLERS[callers](template))]


def _state(template: Template, name: str, _: Player) -> Candidates:
    """Return the functions that a workflow's state of a name calls, however deep the state lies.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
    """
    for workflow in template.of_type(WORKFLOW):
        for state in definition_of(template, workflow).states():
            call = called(template, state) if state.name == name else None
            if call:
                yield call.function


def _may(template: Template, action: str, _: Player) -> Candidates:
    for function in template.of_type(FUNCTION):
        statements = _statements(template, function)
        if any(statement.effect == "Allow" and statement.covers(action) for statement in statements):
            yield function


def _statements(template: Template, function: Resource | None) -> list[Any]:
    role = role_of(template, function) if function else None
    return role_statements(template, role) if role else []


def _put_by(template: Template, function: str, player: Player) -> Candidates:
    for statement in _statements(template, player("function", function)):
        for action, kind in _PUTS.items():
            if statement.covers(action):
                yield from (template.by_arn(arn, kind) for arn in statement.resources)


def _most_rules(template: Template, _: str, __: Player) -> Candidates:
    return [most(bus_of(template, rule) for rule in template.of_type(RULE))]


def _calls(template: Template, part: str, player: Player) -> Candidates:
    """Return the bus whose rules, the bucket whose notifications or the workflow whose tasks call a function most."""
    function = player("function", part)
    callers = [call.caller for call in calls_of(template, function)] if function else []
    found = [one for one in callers if one.type in (RULE, BUCKET, WORKFLOW)]
    return [most(bus_of(template, one) if one.type == RULE else one for one in found)]


def _receives(template: Template, what: str, _: Player) -> Candidates:
    if what == "forwarded":
        targets = [target for rule in template.of_type(RULE) for target in targets_of(rule)]
        return [most(template.by_arn(target.raw.get("Arn"), BUS) for target in targets)]
    path = {"successes": "OnSuccess", "failures": "OnFailure"}[what]
    configs = template.of_type(INVOKE_CONFIG)
    arns = [template.value(config, f"DestinationConfig.{path}.Destination") for config in configs]
    return [most(template.by_arn(arn, BUS, QUEUE) for arn in arns)]


def _most_filled_by(template: Template, part: str, player: Player) -> Candidates:
    """Return the queue that most rules of a bus send to, dead-letter queues left out."""
    bus = player("bus", part)
    targets = [target for rule in (rules_on(template, bus) if bus else []) for target in targets_of(rule)]
    dead = [dead_letter_queue(template, target) for target in targets]
    left_out = {queue.logical_id for queue in [*_for_failures(template), *dead] if queue}
    found = [template.by_arn(target.raw.get("Arn"), QUEUE) for target in targets]
    return [most(queue for queue in found if queue and queue.logical_id not in left_out)]


def _for_failures(template: Template) -> list[Resource | None]:
    redriven = [template.value(queue, "RedrivePolicy.deadLetterTargetArn") for queue in template.of_type(QUEUE)]
    failed = [template.value(one, "DestinationConfig.OnFailure.Destination") for one in template.of_type(INVOKE_CONFIG)]
    return [template.by_arn(arn, QUEUE) for arn in listed([*redriven, *failed])]


def _keys(template: Template, names: Any, _: Player) -> Candidates:
    return [one for one in template.of_type(*TABLES) if [name for name, _ in key_schema(template, one)] == names]


def _named_by(template: Template, part: str, player: Player) -> Candidates:
    """Return the resources that a function's environment names."""
    function = player("function", part)
    variables = template.value(function, "Environment.Variables") if function else None
    return [
        template.target_of(one, *TABLES, BUCKET) for one in (variables.values() if isinstance(variables, dict) else ())
    ]


def _not_notified_by(template: Template, _: str, __: Player) -> Candidates:
    """Return the topics that no alarm publishes to."""
    used = {str(arn) for alarm in template.of_type(ALARM) for arn in listed(template.value(alarm, "AlarmActions"))}
    return [topic for topic in template.of_type(TOPIC) if template.arn(topic) not in used]


def most(candidates: Candidates) -> Resource | None:
    """Return the candidate that is named most often, the first of several."""
    found = [one for one in candidates if one]
    counts = Counter(one.logical_id for one in found)
    return max(found, key=lambda one: counts[one.logical_id]) if found else None


_CALLER_NAMES = frozenset(_CALLERS)
CLUES = {
    "answers": Clue(_answers),
    "called_by": Clue(_called_by, values=_CALLER_NAMES),
    "most_called_by": Clue(_most_called_by, values=_CALLER_NAMES),
    "state": Clue(_state),
    "may": Clue(_may),
    "put_by": Clue(_put_by, of="function"),
    "most": Clue(_most_rules, values=frozenset({"rules"})),
    "calls": Clue(_calls, of="function"),
    "receives": Clue(_receives, values=frozenset({"successes", "failures", "forwarded"})),
    "most_filled_by": Clue(_most_filled_by, of="bus"),
    "keys": Clue(_keys),
    "named_by": Clue(_named_by, of="function"),
    "not_notified_by": Clue(_not_notified_by, values=frozenset({"alarms"})),
}
