"""The functions exist, each with its callers, where wanted with no others, and none on a bus that must feed none.

`functions` says for each who calls it, or a list of them; all of them must.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.patterns import event_pattern, left_out, written
from policies.engine.events.rules import is_enabled
from policies.engine.events.targets import feeders
from policies.engine.events.wiring import bus_of, calls_of, invocation, source_of, stands_still
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import BUCKET, FUNCTION, METHOD, RULE
from policies.engine.opaque import custom_resources
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.services.storage import stream_of
from policies.engine.services.versions import whole_functions
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

# The words for callers in a finding; `on` is the part that the rule's bus, the bucket or the table plays.
_CALLERS = {
    "api": "a method of the API",
    "rule": "a rule on the {on} bus",
    "bucket": "the {on} bucket",
    "stream": "the stream of the {on} table",
    "workflow": "the workflow {on}",
}
# https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
_URL, _TARGET = "AWS::Lambda::Url", "TargetFunctionArn"


class CalledFunctions(Policy):
    scope = (FUNCTION,)
    relies_on = (METHOD, RULE)
    only = "functions"

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        for part, wanted in parameters["functions"].items():
            said = {_CALLERS[one["by"]].format(**one): one for one in listed(wanted)}
            function, by = parts.function(part), " and ".join(said)
            if function is None:
                yield Finding(TEMPLATE, "Resources", f"no {part}", f"a function {part}, called by {by}")
                continue
            all_callers: list[Resource] = []
            for how, caller in said.items():
                callers = _callers(template, parts, caller, function)
                if not callers:
                    found = f"{part} is not called by {how}"
                    yield Finding(function.logical_id, "FunctionName", found, f"a call by {how}")
                if "event" in caller:
                    yield from _unheard(template, callers, caller["event"])
                all_callers += callers
            if parameters.get("no_other_callers"):
                yield from _other_callers(template, part, function, all_callers, by)
        if parameters.get("no_others"):
            yield from _others(template, {parts.function(part) for part in parameters["functions"]})
        for part in parameters.get("feeding_none", ()):
            bus = parts.bus(part)
            if bus:
                yield from feeders(template, bus)


def _callers(template: Template, parts: Parts, wanted: Mapping[str, Any], function: Resource) -> list[Resource]:
    """Return the callers of a function that are the wanted ones of their kind."""
    callers = [call.caller for call in calls_of(template, function)]
    match wanted["by"]:
        case "api":
            return [caller for caller in callers if caller.type == METHOD]
        case "rule":
            bus = parts.bus(wanted["on"])
            return [one for one in callers if one.type == RULE and bus is not None and bus_of(template, one) is bus]
        case "workflow":
            return [one for one in callers if one is parts.player("workflow", wanted["on"])]
        case "bucket":
            return [one for one in callers if one.type == BUCKET and one is parts.player("bucket", wanted["on"])]
        case _:
            table = parts.player("table", wanted["on"])
            stream = stream_of(template, table) if table else None
            readers = [one for one in callers if stream is not None and source_of(template, one) == stream]
            return [one for one in readers if not stands_still(template, one)]


def _other_callers(
    template: Template, part: str, function: Resource, callers: list[Resource], by: str
) -> Iterator[Finding]:
    """Yield who calls a function beside those who must."""
    for call in calls_of(template, function):
        if call.caller not in callers:
            yield Finding(call.caller.logical_id, call.path, f"a call of {part}", f"calls by {by} only")
    for url in template.of_type(_URL):
        call_there = invocation(template, url.properties.get(_TARGET))
        if call_there and call_there.function is function:
            yield Finding(url.logical_id, _TARGET, f"an address of its own for {part}", f"calls by {by} only")


def _others(template: Template, ours: set[Resource | None]) -> Iterator[Finding]:
    """Yield functions that play none of the parts, such as a helper of a construct, and who may bring one."""
    for function in whole_functions(template):
        if function not in ours:
            yield Finding(function.logical_id, "FunctionName", template.name(function), "no other function")
    for one in custom_resources(template):
        yield Finding(one.logical_id, "Type", one.type, "no custom resource: a function does its work")


def _unheard(template: Template, rules: list[Resource], event: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what keeps events from the function; one rule that passes all is enough.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
    """
    problems = [list(_rule_problems(template, rule, event)) for rule in rules]
    if all(problems):
        for found in problems:
            yield from found


def _rule_problems(template: Template, rule: Resource, event: Mapping[str, str]) -> Iterator[Finding]:
    wanted = f"nothing that keeps out {written(event)}"
    if not is_enabled(template, rule):
        yield Finding(rule.logical_id, "State", str(template.value(rule, "State")), "ENABLED")
    pattern = event_pattern(template, rule)
    if not isinstance(pattern, Mapping):
        yield Finding(rule.logical_id, "EventPattern", written(pattern), wanted)
        return
    for key in [*left_out(template, pattern, event), *(["detail"] if "detail" in pattern else [])]:
        yield Finding(rule.logical_id, f"EventPattern.{key}", written(pattern[key]), wanted)


policy = CalledFunctions()
