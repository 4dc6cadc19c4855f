"""A state machine is started by exactly one rule, for the objects of one bucket whose keys fit one wildcard.

`workflows` says for each `{bucket, keys, input}`: the input's fields with their places in the event. Several matchers
of a field are alternatives: a prefix and a suffix would let through what has either.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.patterns import event_pattern, left_out, written
from policies.engine.events.rules import is_enabled
from policies.engine.events.wiring import RuleTarget, targets_of
from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.iam.permissions import lacking
from policies.engine.kinds import BUCKET, ROLE, RULE, WORKFLOW
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.relations.names_of_ours import names_of_ours
from policies.engine.relations.places import pointed
from policies.engine.template.intrinsics import UNKNOWN, text_of
from policies.engine.template.resource import Resource, mapping
from policies.engine.template.scalars import json_of
from policies.engine.template.template import Template
from policies.engine.template.values import shown
from policies.engine.workflows.data import INPUT, WHOLE_INPUT, Scope, after, entered, given
from policies.engine.workflows.definition import definition_of
from policies.engine.workflows.states import State
from policies.engine.workflows.tasks import operation

_EVENT = {"source": "aws.s3", "detail-type": "Object Created"}
_START = "states:StartExecution"
# What starts executions beside rules: where it says so.
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-invoke-sfn.html
_STARTERS = {
    "AWS::ApiGatewayV2::Integration": "RequestParameters",
    "AWS::EventsV2::Subscriber": "InvokeConfiguration",
    "AWS::IoT::TopicRule": "TopicRulePayload",
    "AWS::Pipes::Pipe": "Target",
    "AWS::SSM::MaintenanceWindowTask": "TaskArn",
    "AWS::Scheduler::Schedule": "Target",
}
# Without one of them, a target is given the whole event.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
_INPUTS = ("Input", "InputPath", "InputTransformer")
_ITSELF = "event.$"
_DEFAULT = (None, "default")
_FIELD = re.compile(r'"?<([^<>]+)>"?')


class ObjectsStartWorkflow(Policy):
    scope = (RULE,)
    relies_on = (WORKFLOW, BUCKET, ROLE)

    def judged(self, template: Template, parameters: dict[str, Any]) -> list[Resource]:
        started = [parameters["parts"].player("workflow", part) for part in parameters["workflows"]]
        found = ((rule, target) for rule in template.of_type(RULE) for target in targets_of(rule))
        return [rule for rule, target in found if any(one and _is(template, target, one) for one in started)]

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        for part, wanted in parameters["workflows"].items():
            workflow, bucket = parts.player("workflow", part), parts.player("bucket", wanted["bucket"])
            if workflow is None or bucket is None:
                missing = f"workflow {part}" if workflow is None else f"bucket {wanted['bucket']}"
                yield Finding(TEMPLATE, "Resources", f"no {missing}", f"a {missing}")
                continue
            starting = [
                one for rule in template.of_type(RULE) for one in targets_of(rule) if _is(template, one, workflow)
            ]
            if not starting:
                wanted_text = f"a rule that starts it for {wanted['keys']} of {wanted['bucket']}"
                yield Finding(workflow.logical_id, "StateMachineName", "no rule starts it", wanted_text)
            for index, target in enumerate(starting):
                if index:
                    yield Finding(
                        target.rule.logical_id, f"{target.path}.Arn", "a second start", "one rule, one target"
                    )
                yield from _rule(template, target.rule, bucket, wanted["keys"])
                yield from _target(template, target, workflow, wanted["input"])
            for one in template.of_type(*_STARTERS):
                if workflow in names_of_ours(template, one.properties):
                    found = f"{one.type} that may start {workflow.logical_id}"
                    yield Finding(one.logical_id, _STARTERS[one.type], found, "one start: the rule's")


def _is(template: Template, target: RuleTarget, workflow: Resource) -> bool:
    return pointed(template, target.raw.get("Arn")) is workflow


def _rule(template: Template, rule: Resource, bucket: Resource, keys: str) -> Iterator[Finding]:
    name = rule.logical_id
    if not is_enabled(template, rule):
        yield Finding(name, "State", str(template.value(rule, "State")), "ENABLED")
    bus = template.value(rule, "EventBusName")
    if bus not in _DEFAULT and not str(bus).endswith(":event-bus/default"):
        yield Finding(name, "EventBusName", text_of(bus) or UNRESOLVED, "default: S3 sends its events there")
    if rule.properties.get("ScheduleExpression") is not None:
        found = shown(template, rule.properties["ScheduleExpression"])
        yield Finding(name, "ScheduleExpression", found, "none: an object starts it, no clock")
    pattern = event_pattern(template, rule)
    if not isinstance(pattern, Mapping):
        yield Finding(name, "EventPattern", written(pattern), written({**_EVENT, "detail": "..."}))
        return
    event = {**_EVENT, "region": template.region, "resources": str(template.arn(bucket))}
    for key in dict.fromkeys([*left_out(template, pattern, event), *(one for one in _EVENT if one not in pattern)]):
        yield Finding(name, f"EventPattern.{key}", written(pattern.get(key)), f"what lets in {written(_EVENT)}")
    for key, event in _EVENT.items():
        if key in pattern and pattern[key] != [event]:
            yield Finding(name, f"EventPattern.{key}", written(pattern[key]), written([event]))
    detail = mapping(pattern.get("detail"))
    fields = dict(_fields(detail))
    for path, wanted in (("bucket.name", [template.name(bucket)]), ("object.key", [{"wildcard": keys}])):
        own = fields.pop(path, None)
        if own != wanted:
            found = "anything" if own is None else written(own)
            yield Finding(name, f"EventPattern.detail.{path}", found, written(wanted))
    for path, own in fields.items():
        yield Finding(name, f"EventPattern.detail.{path}", written(own), "nothing asked of this field")


def _fields(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        place = f"{path}.{key}".lstrip(".")
        if isinstance(item, Mapping):
            yield from _fields(item, place)
        else:
            yield place, item


def _target(template: Template, target: RuleTarget, workflow: Resource, wanted: Mapping[str, str]) -> Iterator[Finding]:
    rule, role = target.rule.logical_id, template.by_arn(target.raw.get("RoleArn"), ROLE)
    if role is None:
        found = "no role, or none of this template"
        yield Finding(rule, f"{target.path}.RoleArn", found, f"a role of its own with {_START}")
    else:
        yield from lacking(template, role, _START, template.arn(workflow) or "")
    if not any(key in target.raw for key in _INPUTS):
        # The whole event is the input: what is called first must be given what it needs of it.
        taken = _first_given(template, workflow)
        for name, place in wanted.items():
            if not any(f"{place}.".startswith(f"${source.removeprefix(INPUT)}.") for source in taken):
                found = f"the whole event, of which the first task is not given {place}"
                yield Finding(rule, f"{target.path}.InputTransformer", found, f"{name}: {place}")
        return
    fields = _input(template, target)
    if fields is None or any(fields.get(name) != place for name, place in wanted.items()):
        found = UNRESOLVED if fields is None else written(fields)
        yield Finding(rule, f"{target.path}.InputTransformer", found, written(wanted))


def _first_given(template: Template, workflow: Resource) -> set[str]:
    """Return which data of an execution's input the first task is given, such as `input.detail`."""
    top = definition_of(template, workflow).top
    state = top.states.get(top.start) if top else None
    scope, passed = Scope(WHOLE_INPUT, ""), set[State]()
    while state and state.kind == "Pass" and state not in passed:
        passed.add(state)
        scope = after(Scope(scope.data, state.name, scope.variables), state)
        state = state.level.states.get(text_of(state.raw.get("Next")) or "")
    if state is None or state.kind != "Task":
        return set()
    raw = state.arguments if operation(state) else state.raw.get("Parameters", {_ITSELF: "$"})
    sources = given(entered(Scope(scope.data, state.name, scope.variables), state), raw, jsonata=state.jsonata)
    return {one for one in sources.all_sources() if one == INPUT or one.startswith(f"{INPUT}.")}


def _input(template: Template, target: RuleTarget) -> dict[str, Any] | None:
    """Return the fields of the input by their places in the event; None if they cannot be resolved."""
    if "Input" in target.raw or "InputPath" in target.raw:
        return None
    transformer = template.resolve(target.raw.get("InputTransformer"))
    text, paths = mapping(transformer).get("InputTemplate"), mapping(transformer).get("InputPathsMap")
    if not isinstance(text, str) or not isinstance(paths, Mapping):
        return None
    known = {str(name): text_of(path) for name, path in paths.items()}
    filled = _FIELD.sub(lambda match: f'"{known.get(match[1]) or UNRESOLVED}"', text)
    found = json_of(filled)
    return dict(found) if found is not UNKNOWN and isinstance(found, Mapping) else None


policy = ObjectsStartWorkflow()
