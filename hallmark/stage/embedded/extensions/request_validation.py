"""Request validators from the template, attached to their methods; a model under `$default` validates every body.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

import json
from typing import Any

from ministack.services import apigateway_v1

from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties, accepted, after

ANY_CONTENT = "$default"


def _create(logical_id: str, properties: Properties, stack: str) -> tuple[str, Properties]:
    request = {
        "name": properties.get("Name", logical_id),
        "validateRequestBody": properties.get("ValidateRequestBody", False),
        "validateRequestParameters": properties.get("ValidateRequestParameters", False),
    }
    body = accepted(apigateway_v1._create_request_validator(properties["RestApiId"], request))
    validator = json.loads(body)["id"]
    return validator, {"RequestValidatorId": validator}


def _update(validator: str, old: Properties, new: Properties, stack: str) -> tuple[str, Properties]:
    if old["RestApiId"] != new["RestApiId"] or old.get("Name") != new.get("Name"):
        return _create(validator, new, stack)
    changes = [
        {"op": "replace", "path": f"/{name[0].lower()}{name[1:]}", "value": str(new.get(name, False)).lower()}
        for name in ("ValidateRequestBody", "ValidateRequestParameters")
    ]
    accepted(apigateway_v1._update_request_validator(new["RestApiId"], validator, {"patchOperations": changes}))
    return validator, {"RequestValidatorId": validator}


def _delete(validator: str, properties: Properties) -> None:
    apigateway_v1._delete_request_validator(properties["RestApiId"], validator)


def _attach(physical_id: str, properties: Properties) -> None:
    method = apigateway_v1._resources[properties["RestApiId"]][properties["ResourceId"]]["resourceMethods"]
    method[properties["HttpMethod"]]["requestValidatorId"] = properties.get("RequestValidatorId")


def _models_for(method: dict[str, Any], headers: dict[str, Any]) -> dict[str, Any]:
    """Return the models that AWS uses: the content type's own, else `$default`'s, else none."""
    content_type = (apigateway_v1._header_ci(headers, "content-type") or "application/json").split(";", 1)[0].strip()
    models = method.get("requestModels") or {}
    model = models.get(content_type) or models.get(ANY_CONTENT)
    return {content_type: model} if model else {}


def install() -> None:
    """Create and attach validators, and choose the model as AWS does."""
    HANDLERS["AWS::ApiGateway::RequestValidator"] = {"create": _create, "update": _update, "delete": _delete}
    after("AWS::ApiGateway::Method", _attach)
    check = apigateway_v1._check_request_validation

    def check_request(method: dict[str, Any], api: str, request: Any, headers: dict[str, Any], *rest: Any) -> Any:
        return check({**method, "requestModels": _models_for(method, headers)}, api, request, headers, *rest)

    apigateway_v1._check_request_validation = check_request
