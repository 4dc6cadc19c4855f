"""Bodies of some types are refused at the gateway, headers are asked for, and those of one type pass byte by byte.

`routes` says for each: `headers` that a request must have, `refused` types of bodies, and the `binary` one that passes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.kinds import API, METHOD
from policies.engine.policy import Policy
from policies.engine.services.api import api_of, named, routes
from policies.engine.services.schemas import refuses_all
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, listed, shown

MODEL, VALIDATOR = "AWS::ApiGateway::Model", "AWS::ApiGateway::RequestValidator"
_ANY_TYPE, _MODELS, _HEADER = "$default", "RequestModels", "method.request.header."
_FLAGS = ("ValidateRequestBody", "ValidateRequestParameters")


class RefusedTypes(Policy):
    scope = (METHOD,)
    relies_on = (MODEL, VALIDATOR, API)

    def judged(self, template: Template, parameters: dict[str, Any]) -> list[Resource]:
        found = routes(template)
        return [found[route] for route in parameters["routes"] if route in found]

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        found = routes(template)
        for route, wanted in parameters["routes"].items():
            method = found.get(route)
            if method is None:
                yield Finding(TEMPLATE, "Resources", ", ".join(found) or "no route", f"the route {route}")
                continue
            yield from _validated(template, method)
            yield from _headers(template, method, wanted["headers"])
            yield from _refused(template, method, wanted["refused"])
            yield from _binary(template, method, wanted)


def _validated(template: Template, method: Resource) -> Iterator[Finding]:
    raw = method.properties.get("RequestValidatorId")
    validator = named(template, raw, VALIDATOR)
    if not validator or api_of(template, validator) is not api_of(template, method):
        wanted = f"a {VALIDATOR} of this API and this template"
        yield Finding(method.logical_id, "RequestValidatorId", shown(template, raw), wanted)
        return
    for name in _FLAGS:
        flag = validator.properties.get(name)
        if not is_true(template, flag):
            yield Finding(validator.logical_id, name, shown(template, flag), "true")


def _headers(template: Template, method: Resource, headers: list[str]) -> Iterator[Finding]:
    found = template.value(method, "RequestParameters")
    own = {str(name).lower(): flag for name, flag in found.items()} if isinstance(found, Mapping) else {}
    for header in headers:
        flag = own.get(f"{_HEADER}{header}".lower())
        if not is_true(template, flag):
            path = f"RequestParameters.{_HEADER}{header}"
            yield Finding(method.logical_id, path, shown(template, flag), "true")


def _refused(template: Template, method: Resource, refused: list[str]) -> Iterator[Finding]:
    models = template.value(method, _MODELS)
    own = {str(kind).lower(): (kind, name) for kind, name in models.items()} if isinstance(models, Mapping) else {}
    for kind in refused:
        path = f"{_MODELS}.{kind}"
        if kind not in own:
            yield Finding(method.logical_id, path, "no model", "a model that refuses every body")
            continue
        model = named(template, own[kind][1], MODEL)
        if not model or api_of(template, model) is not api_of(template, method):
            found = text_of(own[kind][1]) or UNRESOLVED
            yield Finding(method.logical_id, path, found, "a model of this API and this template")
        elif not refuses_all(template.structure(template.value(model, "Schema"))):
            yield Finding(model.logical_id, "Schema", shown(template, model.properties.get("Schema")), '{"not": {}}')


def _binary(template: Template, method: Resource, wanted: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what keeps the type that passes from the function, or changes its bytes on the way."""
    kind, models = wanted["binary"], template.value(method, _MODELS)
    for name in models if isinstance(models, Mapping) else ():
        begin = str(name).partition("*")[0]
        if name == _ANY_TYPE or str(name).lower() == kind or ("*" in str(name) and kind.startswith(begin)):
            found = f"a model under {name}"
            yield Finding(method.logical_id, f"{_MODELS}.{name}", found, f"none: a body of {kind} is no JSON")
    handling = template.value(method, "Integration.ContentHandling")
    if handling is not None:
        found, why = text_of(handling) or UNRESOLVED, "none: the body passes as it is"
        yield Finding(method.logical_id, "Integration.ContentHandling", found, why)
    api = api_of(template, method)
    if api is None:
        yield Finding(method.logical_id, "RestApiId", UNRESOLVED, "an API of this template")
        return
    types = [(text_of(one) or UNRESOLVED).lower() for one in listed(template.value(api, "BinaryMediaTypes"))]
    if kind not in types:
        yield Finding(
            api.logical_id, "BinaryMediaTypes", ", ".join(types) or "none", f"{kind}: else it is read as UTF-8"
        )
    others = [one for one in types if "*" in one or one in wanted["refused"]]
    if others:
        yield Finding(api.logical_id, "BinaryMediaTypes", ", ".join(others), f"{kind} alone: others are not validated")


policy = RefusedTypes()
