"""Every method or route of an API asks who calls: an authorizer, IAM, or a key.

An API's own definition counts as its methods do. A private API, and one with a policy of its own, are reached by those
whom the policy lets in.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-8
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import API, METHOD
from policies.engine.policy import Policy
from policies.engine.services.api import api_of, route
from policies.engine.template.resource import Resource, mapping
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, listed, shown

_ROUTE, _HTTP = "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Api"
_OPEN = (None, "NONE")
_VERBS = ("get", "put", "post", "delete", "head", "patch", "trace", "x-amazon-apigateway-any-method")


class AuthorizedApis(Policy):
    scope = (METHOD, _ROUTE, API, _HTTP)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for method in template.of_type(METHOD):
            kind = template.value(method, "AuthorizationType")
            if kind in _OPEN and not _is_closed(template, method):
                verb, path = route(template, method)
                found = f"{kind or 'missing, so NONE'}, for {verb} {path or ''}".rstrip()
                yield Finding(method.logical_id, "AuthorizationType", found, "an authorizer, AWS_IAM, or a key")
        for api in template.of_type(API, _HTTP):
            if api.type == _HTTP or not _is_limited(template, api):
                yield from _defined(template, api)
        for one in template.of_type(_ROUTE):
            key, kind = template.value(one, "RouteKey"), template.value(one, "AuthorizationType")
            # Of a web socket, who connects is asked once.
            inner = _is_web_socket(template, one) and key != "$connect"
            if kind in _OPEN and not inner and not str(key).startswith("OPTIONS "):
                found = f"{kind or 'missing, so NONE'}, for {shown(template, key)}"
                yield Finding(one.logical_id, "AuthorizationType", found, "JWT, AWS_IAM or CUSTOM")


def _is_closed(template: Template, method: Resource) -> bool:
    if template.value(method, "HttpMethod") == "OPTIONS" or is_true(template, method.properties.get("ApiKeyRequired")):
        return True
    api = api_of(template, method)
    return api is not None and _is_limited(template, api)


def _is_limited(template: Template, api: Resource) -> bool:
    """Return whether an API is private, or its policy says who may call it."""
    private = "PRIVATE" in listed(template.value(api, "EndpointConfiguration.Types"))
    return private or template.value(api, "Policy") is not None


def _defined(template: Template, api: Resource) -> Iterator[Finding]:
    """Yield the open operations of an API's OpenAPI definition.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
    """
    if template.value(api, "BodyS3Location") is not None:
        yield Finding(api.logical_id, "BodyS3Location", UNRESOLVED, "a definition in the template, by Body")
    body = api.properties.get("Body")
    if not isinstance(body, Mapping):
        if body is not None:
            yield Finding(api.logical_id, "Body", UNRESOLVED, "a definition that can be read")
        return
    if body.get("x-amazon-apigateway-policy") is not None:
        return
    for path, operations in mapping(body.get("paths")).items():
        for verb, operation in mapping(operations).items():
            asked = mapping(operation).get("security", body.get("security"))
            if verb in _VERBS and not asked and mapping(operation).get("x-amazon-apigateway-auth") is None:
                found = f"nothing, for {verb} {path}"
                yield Finding(api.logical_id, f"Body.paths.{path}.{verb}.security", found, "a security scheme")


def _is_web_socket(template: Template, one: Resource) -> bool:
    api = template.target_of(one.properties.get("ApiId"), _HTTP)
    return api is not None and template.value(api, "ProtocolType") == "WEBSOCKET"


policy = AuthorizedApis()
