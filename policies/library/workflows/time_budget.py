"""A workflow ends by itself before AWS ends it: all attempts and delays on its longest way stay below a time.

An Express execution that AWS ends after 300 seconds runs no Catch: nobody hears of it. `items` says how many items the
Maps have at most, by their names; `*` is every other.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import WORKFLOW
from policies.engine.policy import Policy
from policies.engine.template.template import Template
from policies.engine.workflows.definition import definition_of, unread
from policies.engine.workflows.times import number, times_of

_OWN = "TimeoutSeconds"


class TimeBudget(Policy):
    scope = (WORKFLOW,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for workflow in template.of_type(WORKFLOW):
            yield from unread(template, workflow)
            definition = definition_of(template, workflow)
            if definition.top is None:
                continue
            times, name, place = times_of(definition, parameters["items"]), workflow.logical_id, definition.place
            for path, found, wanted in dict.fromkeys(times.problems):
                yield Finding(name, path, found, wanted)
            own = definition.top.raw.get(_OWN)
            limit = parameters["seconds"] if own is None else min(parameters["seconds"], number(own) or 0)
            total = times.levels[definition.top.path]
            if not times.problems and total >= limit:
                states = {one: times.states[definition.top.states[one]] for one in times.way}
                shares = ", ".join(f"{one} {seconds:g}" for one, seconds in states.items() if seconds)
                found = f"{total:g} seconds: {shares}"
                path = f"{place}.States" if own is None else f"{place}.{_OWN}"
                yield Finding(name, path, found, f"below {limit:g} seconds, the failure's way included")


policy = TimeBudget()
