"""An archive keeps every wanted event of a bus, as long as the stage says.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from policies.engine.events.patterns import event_pattern, left_out, written
from policies.engine.events.rules import archive_problems, archives_of
from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.kinds import ARCHIVE, BUS
from policies.engine.policy import Policy
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template


class ArchivedBus(Policy):
    scope = (BUS,)
    relies_on = (ARCHIVE,)
    only = "bus"

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        part = parameters["bus"]
        bus = parameters["parts"].bus(part)
        if not bus:
            yield Finding(TEMPLATE, "Resources", f"no {part} bus", f"the {part} bus with an archive")
            return
        yield from archive_problems(template, bus, parameters["retention_days"])
        # One complete archive is enough, whatever others leave out.
        problems = [list(_leaves_out(template, one, parameters["events"])) for one in archives_of(template, bus)]
        if all(problems):
            yield from chain.from_iterable(problems)


def _leaves_out(template: Template, archive: Resource, events: list[dict[str, str]]) -> Iterator[Finding]:
    pattern = event_pattern(template, archive)
    if pattern is None:
        return
    wanted = f"a pattern that leaves out none of {written(events)}"
    if not isinstance(pattern, Mapping):
        yield Finding(archive.logical_id, "EventPattern", UNRESOLVED, wanted)
        return
    keys = {key: None for event in events for key in left_out(template, pattern, event)}
    if "detail" in pattern:
        keys["detail"] = None
    for key in keys:
        yield Finding(archive.logical_id, f"EventPattern.{key}", written(pattern[key]), wanted)


policy = ArchivedBus()
