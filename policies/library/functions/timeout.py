"""Every function may run as long as its part needs, and no longer.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import FUNCTION
from policies.engine.policy import Policy
from policies.engine.services.versions import whole
from policies.engine.template.template import Template


class FunctionTimeout(Policy):
    scope = (FUNCTION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        players = parameters["parts"].players("function")
        parts = {function.logical_id: part for part, function in players.items()}
        overrides = parameters.get("overrides", {})
        for function in template.of_type(FUNCTION):
            wanted = overrides.get(parts.get(whole(template, function).logical_id, ""), parameters["seconds"])
            if template.number(function.properties.get("Timeout")) != wanted:
                found = template.value(function, "Timeout")
                own = "AWS's default, 3 seconds" if found is None else f"{found} seconds"
                yield Finding(function.logical_id, "Timeout", own, f"{wanted} seconds")


policy = FunctionTimeout()
