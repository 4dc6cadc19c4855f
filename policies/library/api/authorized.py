"""Every method or route of an API asks who calls: an authorizer, IAM, or a key.

A private API, and one with a policy of its own, are reached by those whom the policy lets in.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-8
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import API, METHOD
from policies.engine.policy import Policy
from policies.engine.services.api import api_of, route
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, listed, shown

_ROUTE, _HTTP = "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Api"
_OPEN = (None, "NONE")


class AuthorizedApis(Policy):
    scope = (METHOD, _ROUTE)
    relies_on = (API, _HTTP)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for method in template.of_type(METHOD):
            kind = template.value(method, "AuthorizationType")
            if kind in _OPEN and not _is_closed(template, method):
                verb, path = route(template, method)
                found = f"{kind or 'missing, so NONE'}, for {verb} {path or ''}".rstrip()
                yield Finding(method.logical_id, "AuthorizationType", found, "an authorizer, AWS_IAM, or a key")
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
    if api is None:
        return False
    private = "PRIVATE" in listed(template.value(api, "EndpointConfiguration.Types"))
    return private or template.value(api, "Policy") is not None


def _is_web_socket(template: Template, one: Resource) -> bool:
    api = template.target_of(one.properties.get("ApiId"), _HTTP)
    return api is not None and template.value(api, "ProtocolType") == "WEBSOCKET"


policy = AuthorizedApis()
