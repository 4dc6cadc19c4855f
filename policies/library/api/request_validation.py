"""Every method validates its body, of whatever content type, against its schema, and asks for its parameters.

`fields` are those of every route; or `routes` says for each `{body: fields, closed: true, parameters: [path.id]}`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import METHOD
from policies.engine.policy import Policy
from policies.engine.services.api import api_of, named, routes
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, shown

Route = Mapping[str, Any]
MODEL = "AWS::ApiGateway::Model"
VALIDATOR = "AWS::ApiGateway::RequestValidator"
# A content type without a model is not validated, unless $default has one.
_ANY_TYPE = "$default"
# The content types that a model may have.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
_CONTENT = ("application/json", _ANY_TYPE)
# Keywords that say something and ask nothing. https://json-schema.org/draft-04/json-schema-validation
_PROSE = ("title", "description", "default", "definitions")
_NOTHING = "nothing that may refuse a valid body"
# Constraints on other fields cannot refuse a body of the specified ones.
_OF_THE_WHOLE = ("$schema", "type", "required", "properties", "additionalProperties", *_PROSE)


class ApiSchema(Policy):
    scope = (METHOD,)
    relies_on = (MODEL, VALIDATOR)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        models: dict[str, tuple[Resource, Route]] = {}
        known = {method.logical_id: route for route, method in routes(template).items()}
        for method in template.of_type(METHOD):
            route = known.get(method.logical_id, "a second method of a route")
            wanted_of = parameters.get("routes", {route: {"body": parameters.get("fields")}})
            if route not in wanted_of:
                yield Finding(method.logical_id, "HttpMethod", route, f"only {', '.join(wanted_of)}")
                continue
            wanted = wanted_of[route]
            yield from _validator_problems(template, method, wanted)
            yield from _parameter_problems(template, method, wanted.get("parameters", ()))
            if "body" not in wanted:
                continue
            names = template.value(method, "RequestModels")
            entries = names if isinstance(names, Mapping) else {}
            if _ANY_TYPE not in entries:
                found = ", ".join(entries) or "no model"
                yield Finding(method.logical_id, "RequestModels", found, f"a model under {_ANY_TYPE}")
            for kind, name in entries.items():
                model = named(template, name, MODEL)
                if not model or api_of(template, model) is not api_of(template, method):
                    own = "a model of this API and this template"
                    yield Finding(method.logical_id, f"RequestModels.{kind}", str(name), own)
                else:
                    models[f"{model.logical_id} {wanted}"] = model, wanted
        for model, wanted in models.values():
            kind = template.value(model, "ContentType")
            if kind not in _CONTENT:
                yield Finding(model.logical_id, "ContentType", str(kind or "missing"), " or ".join(_CONTENT))
            yield from _schema_problems(template, model, wanted)


def _validator_problems(template: Template, method: Resource, wanted: Route) -> Iterator[Finding]:
    validator = named(template, method.properties.get("RequestValidatorId"), VALIDATOR)
    if not validator or api_of(template, validator) is not api_of(template, method):
        found = shown(template, method.properties.get("RequestValidatorId"))
        yield Finding(method.logical_id, "RequestValidatorId", found, f"a {VALIDATOR} of this API and this template")
        return
    for key, name in (("body", "ValidateRequestBody"), ("parameters", "ValidateRequestParameters")):
        flag = validator.properties.get(name)
        if key in wanted and not is_true(template, flag):
            yield Finding(validator.logical_id, name, shown(template, flag), "true")


def _parameter_problems(template: Template, method: Resource, names: Iterable[str]) -> Iterator[Finding]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html"""
    own = template.value(method, "RequestParameters")
    for name in names:
        key = f"method.request.{name}"
        flag = own.get(key) if isinstance(own, Mapping) else own
        if not is_true(template, flag):
            yield Finding(method.logical_id, f"RequestParameters.{key}", shown(template, flag), "true")


def _schema_problems(template: Template, model: Resource, route: Route) -> Iterator[Finding]:
    schema, fields = template.structure(template.value(model, "Schema")), route["body"]
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        found = schema.get("type", "no type") if isinstance(schema, Mapping) else schema
        yield Finding(model.logical_id, "Schema.type", str(found), "object")
        return
    if "draft-04" not in str(schema.get("$schema")):
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
        yield Finding(model.logical_id, "Schema.$schema", str(schema.get("$schema")), "JSON schema draft 4")
    required = schema.get("required")
    wanted = sorted(name for name, field in fields.items() if field["required"])
    # Draft 4 allows no empty list here.
    own_required: Any = [] if required is None else required
    if not isinstance(own_required, list) or sorted(map(str, own_required)) != wanted:
        yield Finding(model.logical_id, "Schema.required", str(required), ", ".join(wanted) or "none")
    if route.get("closed") and schema.get("additionalProperties") is not False:
        found = str(schema.get("additionalProperties", "missing"))
        yield Finding(model.logical_id, "Schema.additionalProperties", found, "false")
    for key in (key for key in schema if key not in _OF_THE_WHOLE):
        yield Finding(model.logical_id, f"Schema.{key}", str(schema[key]), _NOTHING)
    own = schema.get("properties")
    properties = own if isinstance(own, Mapping) else {}
    for name in dict.fromkeys([*fields, *properties]):
        yield from _field_problems(model, name, properties.get(name), fields.get(name))


def _field_problems(model: Resource, name: str, own: Any, wanted: dict[str, Any] | None) -> Iterator[Finding]:
    path = f"Schema.properties.{name}"
    if wanted is None or not isinstance(own, Mapping):
        asked = "no such field" if wanted is None else f"the field, of type {wanted['type']}"
        yield Finding(model.logical_id, path, "missing" if own is None else str(own), asked)
        return
    must = {key: wanted[key] for key in ("type", "pattern") if key in wanted}
    may = {**must, **wanted.get("may", {})}
    for key in dict.fromkeys([*must, *(key for key in own if key not in _PROSE)]):
        if own.get(key) != may.get(key):
            yield Finding(model.logical_id, f"{path}.{key}", str(own.get(key, "missing")), str(may.get(key, _NOTHING)))


policy = ApiSchema()
