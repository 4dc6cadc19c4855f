"""What arrives where: from a source, over everything that passes it on."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from policies.engine.events.wiring import invocation
from policies.engine.kinds import ALIAS, BUS, FUNCTION, LOG_GROUP, VERSION
from policies.engine.relations.passing import IN_A_BUCKET, LOGS, PASSING
from policies.engine.relations.places import is_nested, parsed, places, pointed, texts_in
from policies.engine.template.intrinsics import UNKNOWN, text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_ENDS = (BUS, FUNCTION, ALIAS, VERSION)
# Of the account's policies only these pass lines on.
_ACCOUNT, _SUBSCRIBES = "AWS::Logs::AccountPolicy", "SUBSCRIPTION_FILTER_POLICY"
# "LogGroupName NOT IN [...]": https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-accountpolicy.html
_QUOTED = re.compile(r"""["']([^"']+)["']""")


@dataclass(frozen=True)
class Handing:
    """One handing on: by whom, at which path, to which text (None if it cannot be resolved) and which resource."""

    owner: Resource
    path: str
    text: str | None
    target: Resource | None


def handed_on(template: Template, start: Resource) -> list[Handing]:
    """Return everything that hands on what arrives at a resource, directly or over others, the nearest first.

    Another bus, or a function, is an end: it has its own rules, or its own words.
    """
    takers, own_handings = template.once("flows", lambda: _flows(template))
    waiting, passed, found = deque([start]), {start.logical_id}, list[Handing]()
    while waiting:
        one = waiting.popleft()
        own = own_handings.get(one.logical_id, [])
        found += own
        for further in (*takers.get(one.logical_id, ()), *(handing.target for handing in own)):
            if further and further.logical_id not in passed and further.type not in _ENDS:
                passed.add(further.logical_id)
                waiting.append(further)
    return found


def handings(template: Template, *types: str) -> Iterator[Handing]:
    """Yield every handing on by resources of these types."""
    _, found = template.once("flows", lambda: _flows(template))
    for owner in template.of_type(*types):
        yield from found.get(owner.logical_id, ())


def _flows(template: Template) -> tuple[dict[str, list[Resource]], dict[str, list[Handing]]]:
    """Return who takes from each resource, and what each hands on."""
    takers: dict[str, list[Resource]] = {}
    given: dict[str, list[Handing]] = {}
    for owner in template.of_type(*PASSING):
        passing = PASSING[owner.type]
        for source in passing.sources:
            for one in _sources(template, owner, source):
                takers.setdefault(one.logical_id, []).append(owner)
        own = [one for path in passing.targets for one in _handings(template, owner, path)]
        if own:
            given[owner.logical_id] = own
    return takers, given


def _sources(template: Template, owner: Resource, path: str) -> Iterator[Resource]:
    if path == LOGS:
        yield from _all_logs(template, owner)
        return
    for _, value in places(template, owner, path):
        found = pointed(template, value, BUS) or pointed(template, value, LOG_GROUP) or pointed(template, value)
        if found:
            yield found


def _all_logs(template: Template, policy: Resource) -> Iterator[Resource]:
    kind = template.value(policy, "PolicyType")
    criteria = template.value(policy, "SelectionCriteria")
    left_out = set(_QUOTED.findall(criteria)) if isinstance(criteria, str) and "NOT IN" in criteria.upper() else set()
    for group in template.of_type(LOG_GROUP) if kind == _SUBSCRIBES or kind is UNKNOWN else ():
        if template.name(group) not in left_out:
            yield group


def _handings(template: Template, owner: Resource, path: str) -> Iterator[Handing]:
    for place, value in places(template, owner, path):
        whole = parsed(template, value)
        if path == IN_A_BUCKET:
            yield Handing(owner, place, None, None)
            continue
        if not is_nested(whole):
            yield Handing(owner, place, text_of(value), pointed(template, value))
            continue
        # Of a definition, what it names of this template, and functions of others.
        for text in texts_in(whole):
            call = invocation(template, text) if text is not None else None
            target = call.function if call else pointed(template, text)
            if target or text is None or ":lambda:" in text:
                yield Handing(owner, place, text, target)
