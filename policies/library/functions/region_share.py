"""What all systems and stages reserve in a region leaves the account its unreserved executions.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.kinds import FUNCTION
from policies.engine.policy import Policy
from policies.engine.services.reserved import PATH, beside
from policies.engine.services.versions import whole_functions
from policies.engine.template.template import Template


class RegionShare(Policy):
    scope = (FUNCTION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        most, total = parameters["at_most"], 0.0
        for function in whole_functions(template):
            number = template.number(function.properties.get(PATH))
            if number is None and PATH in function.properties:
                yield Finding(function.logical_id, PATH, UNRESOLVED, "a number")
            total += number or 0
        others = beside(template)
        unknown = sorted(name for name, number in others.items() if number is None)
        if unknown:
            found = f"what {', '.join(unknown)} reserves in this region {UNRESOLVED}"
            yield Finding(TEMPLATE, PATH, found, "numbers")
        elsewhere = sum(number or 0 for number in others.values())
        if total + elsewhere > most:
            listed = ", ".join(f"{name} {number:g}" for name, number in others.items() if number)
            found = f"{total + elsewhere:g} reserved in this region: {total:g} here, and {listed or 'nothing else'}"
            yield Finding(TEMPLATE, PATH, found, f"at most {most:g} by all systems and stages together")


policy = RegionShare()
