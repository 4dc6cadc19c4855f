"""Every function of the template has the one runtime on the one architecture.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import FUNCTION
from policies.engine.policy import Policy
from policies.engine.template.template import Template

# A canary makes a function of its own, with a runtime of Synthetics.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_Library.html
_CANARY = "AWS::Synthetics::Canary"


class FunctionRuntime(Policy):
    scope = (FUNCTION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        runtime, architecture = parameters["runtime"], parameters["architecture"]
        for function in template.of_type(FUNCTION):
            found = template.value(function, "Runtime")
            if found != runtime:
                yield Finding(function.logical_id, "Runtime", str(found), runtime)
            built = template.value(function, "Architectures")
            if built != [architecture]:
                own = "AWS's default, x86_64" if built is None else str(built)
                yield Finding(function.logical_id, "Architectures", own, f"[{architecture}]")
        for canary in template.of_type(_CANARY):
            found = f"a function of the runtime {template.value(canary, 'RuntimeVersion')}"
            yield Finding(canary.logical_id, "RuntimeVersion", found, runtime)


policy = FunctionRuntime()
