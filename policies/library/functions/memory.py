"""Every function has the memory of its stage.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import FUNCTION
from policies.engine.policy import Policy
from policies.engine.template.template import Template
from policies.engine.template.values import measured


class FunctionMemory(Policy):
    scope = (FUNCTION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        wanted = parameters["memory_mb"]
        for function in template.of_type(FUNCTION):
            if template.number(function.properties.get("MemorySize")) != wanted:
                found = template.value(function, "MemorySize")
                own = "AWS's default, 128 MB" if found is None else measured(found, "MB")
                yield Finding(function.logical_id, "MemorySize", own, f"{wanted} MB")


policy = FunctionMemory()
