"""Every function's runtime is one of those that are allowed; an image brings its own.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
"""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import FUNCTION
from policies.engine.policy import Policy
from policies.engine.template.template import Template
from policies.engine.template.values import shown


class AllowedRuntimes(Policy):
    scope = (FUNCTION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        allowed = parameters["runtimes"]
        for function in template.of_type(FUNCTION):
            image = template.value(function, "PackageType") == "Image"
            runtime = template.value(function, "Runtime")
            if runtime not in allowed and not (image and runtime is None):
                family = [one for one in allowed if _family(one) == _family(str(runtime))]
                wanted = f"{' or '.join(family or allowed)}"
                yield Finding(function.logical_id, "Runtime", shown(template, runtime), wanted)


def _family(runtime: str) -> str:
    """Return a runtime's language, such as `nodejs`."""
    return re.split("[^a-z]", runtime, maxsplit=1)[0]


policy = AllowedRuntimes()
