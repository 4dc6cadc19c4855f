"""X-Ray is on at every API stage; `stages_elsewhere: true` lets an API have none in its template.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import API, API_STAGE
from policies.engine.policy import Policy
from policies.engine.services.api import stages
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, shown


class ApiTracing(Policy):
    scope = (API,)
    relies_on = (API_STAGE,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        if not stages(template) and not parameters.get("stages_elsewhere"):
            yield Finding(TEMPLATE, "Resources", f"no {API_STAGE}", f"an {API_STAGE} with TracingEnabled")
        for stage in stages(template):
            flag = stage.properties.get("TracingEnabled")
            if not is_true(template, flag):
                path = f"{stage.place}TracingEnabled"
                yield Finding(stage.resource.logical_id, path, shown(template, flag), "true")


policy = ApiTracing()
