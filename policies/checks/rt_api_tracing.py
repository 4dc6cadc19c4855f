"""X-Ray traces every API stage.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html
"""

from collections.abc import Iterator
from typing import Any

from support.finding import TEMPLATE, Finding
from support.flags import is_true, shown
from support.gateway import API, STAGE, stages
from support.policy import Policy
from support.template import Template


class ApiTracing(Policy):
    scope = (API,)
    relies_on = (STAGE,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        if not stages(template):
            yield Finding(TEMPLATE, "Resources", f"no {STAGE}", f"an {STAGE} with TracingEnabled")
        for stage in stages(template):
            flag = stage.properties.get("TracingEnabled")
            if not is_true(template, flag):
                path = f"{stage.place}TracingEnabled"
                yield Finding(stage.resource.logical_id, path, shown(template, flag), "true")


check = ApiTracing()
