"""Every function reserves what the stage says; their sum leaves the account its share.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import FUNCTION
from policies.engine.policy import Policy
from policies.engine.services.versions import whole_functions
from policies.engine.template.template import Template

_PATH = "ReservedConcurrentExecutions"


class ReservedConcurrency(Policy):
    scope = (FUNCTION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        players = parameters["parts"].players("function")
        parts = {function.logical_id: part for part, function in players.items()}
        overrides = parameters.get("overrides", {})
        total = 0.0
        for function in whole_functions(template):
            part = parts.get(function.logical_id, "")
            wanted = overrides.get(part, parameters["default"])
            number = template.number(function.properties.get(_PATH))
            if number != wanted:
                found = template.value(function, _PATH)
                yield Finding(function.logical_id, _PATH, "none" if found is None else str(found), str(wanted))
            total += number or 0
        if total > parameters["stage_total"]:
            found = f"{total:g} reserved by all functions together"
            yield Finding(TEMPLATE, _PATH, found, f"at most {parameters['stage_total']} in this stage")


policy = ReservedConcurrency()
