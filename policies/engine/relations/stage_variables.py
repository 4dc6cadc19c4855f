"""Stage variables in a method's URI: each stage of its API fills them in with its own values.

https://docs.aws.amazon.com/apigateway/latest/developerguide/amazon-api-gateway-using-stage-variables.html
"""

import re
from collections.abc import Mapping
from typing import Any

from policies.engine.kinds import API_STAGE
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
_DEPLOYMENT = "AWS::ApiGateway::Deployment"


def stage_values(template: Template, method: Resource, text: str) -> list[str]:
    """Return a text with the variables of each stage of the method's API; as it is for a stage without one."""
    api = template.text(method.properties.get("RestApiId"))
    given = template.once("stage variables", lambda: _given(template)).get(api, [])
    return list(dict.fromkeys(_filled(text, values) for values in given)) or [text]


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return STAGE_VARIABLE.sub(lambda match: str(values.get(match[1], match[0])), text)


def _given(template: Template) -> dict[str | None, list[Mapping[str, Any]]]:
    """Return the variables of each stage by API; those of a canary's share of the calls are others."""
    found: dict[str | None, list[Mapping[str, Any]]] = {}
    for one, place, canary in [
        *((one, "", "CanarySetting") for one in template.of_type(API_STAGE)),
        *(
            (one, "StageDescription.", "StageDescription.CanarySetting")
            for one in template.of_type(_DEPLOYMENT)
            if one.properties.get("StageName") is not None
        ),
    ]:
        own = _object(template.value(one, f"{place}Variables"))
        stages = found.setdefault(template.text(one.properties.get("RestApiId")), [])
        stages.append(own)
        if template.value(one, canary) is not None:
            stages.append({**own, **_object(template.value(one, f"{canary}.StageVariableOverrides"))})
    return found


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
