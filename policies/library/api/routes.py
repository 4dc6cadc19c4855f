"""The API's routes are those of the catalogue, each a proxy of its function.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.delivery import call_sources
from policies.engine.events.wiring import LATEST, Invocation, integration
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import ALIAS, API, API_STAGE, METHOD, PERMISSION
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.relations.places import places
from policies.engine.services.api import (
    DEPLOYMENT,
    PATH,
    RESPONSE,
    ApiStage,
    api_of,
    call_arns,
    deployment_problems,
    named,
    refusal_problems,
    routes,
    stages,
)
from policies.engine.template.intrinsics import UNKNOWN, text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_off, listed

# Resources that give an API an address of its own: the property with the API.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules.html
_MAPPINGS = {
    "AWS::ApiGateway::BasePathMapping": ("RestApiId", "Stage"),
    "AWS::ApiGateway::BasePathMappingV2": ("RestApiId", "Stage"),
    "AWS::ApiGatewayV2::ApiMapping": ("ApiId", "Stage"),
    "AWS::ApiGatewayV2::RoutingRule": ("Actions[].InvokeApi.ApiId", "Actions[].InvokeApi.Stage"),
}
_SERVICE = "apigateway.amazonaws.com"
# The verb of which a whole stage caches the answers.
_CACHEABLE = "GET "
# Settings that would refuse clients, or API Gateway itself, for reasons outside the contract.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
_OPEN = (
    ("AuthorizationType", (None, "NONE"), "NONE: the API key says who may call"),
    ("Integration.Credentials", (None,), "none: an AWS::Lambda::Permission says who may call"),
)


class ApiRoute(Policy):
    scope = (API,)
    relies_on = (METHOD, PATH, PERMISSION, DEPLOYMENT, API_STAGE, RESPONSE, ALIAS)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        found, wanted = routes(template), parameters["routes"]
        for route in wanted:
            if route not in found:
                yield Finding(TEMPLATE, "Resources", ", ".join(found) or "no route", f"the route {route}")
        route_of = {method.logical_id: route for route, method in found.items()}
        for method in template.of_type(METHOD):
            route = route_of.get(method.logical_id, "a second method of a route")
            if route not in wanted:
                yield Finding(method.logical_id, "HttpMethod", route, f"only {', '.join(wanted)}")
            # A route that is not wanted may not call other functions either.
            yield from _integration_problems(
                template, method, parameters, {wanted[route]} if route in wanted else {*wanted.values()}
            )
        yield from _hidden(template)
        for stage in stages(template):
            yield from _cached(template, stage, only_writes=not any(one.startswith(_CACHEABLE) for one in wanted))
        methods = [method for route, method in found.items() if route in wanted]
        apis = dict.fromkeys(api for api in (api_of(template, method) for method in methods) if api)
        for api in apis:
            yield from _closed(template, api)
        yield from refusal_problems(template, apis, parameters["refusals"])
        yield from deployment_problems(template, methods)


def _integration_problems(
    template: Template, method: Resource, parameters: dict[str, Any], functions: set[str]
) -> Iterator[Finding]:
    for key, wanted in (("Type", "AWS_PROXY"), ("IntegrationHttpMethod", "POST")):
        found = template.value(method, f"Integration.{key}")
        if found != wanted:
            yield Finding(method.logical_id, f"Integration.{key}", str(found), wanted)
    for key, fine, wanted in _OPEN:
        found = template.value(method, key)
        if found not in fine:
            yield Finding(method.logical_id, key, str(found), wanted)
    parts: Parts = parameters["parts"]
    call, qualifier = integration(template, method), parameters.get("alias", LATEST)
    own, kind = ("the function", "a function") if qualifier == LATEST else (f"the alias `{qualifier}` of", "an alias")
    if not call or call.function not in map(parts.function, functions) or call.qualifier != qualifier:
        found = f"{template.name(call.function)}:{call.qualifier}" if call else "no function, or unknown"
        yield Finding(method.logical_id, "Integration.Uri", found, f"{own} {' or '.join(sorted(functions))}")
    elif not _may_call(template, call, method):
        wanted = f"an {PERMISSION} for {_SERVICE} on this {kind.split()[1]}, with this route as SourceArn"
        yield Finding(method.logical_id, "Integration.Uri", f"{kind} that this route may not call", wanted)


def _may_call(template: Template, call: Invocation, method: Resource) -> bool:
    return bool(call_sources(template, call, _SERVICE) & call_arns(template, method, "*"))


def _closed(template: Template, api: Resource) -> Iterator[Finding]:
    """Yield what keeps clients away: no address, a private one, or a policy, which may refuse anyone.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
    """
    disabled = template.value(api, "DisableExecuteApiEndpoint")
    if not is_off(disabled) and not any(_maps(template, one, api) for one in template.of_type(*_MAPPINGS)):
        wanted = f"false, or one of {', '.join(_MAPPINGS)} for this API"
        yield Finding(api.logical_id, "DisableExecuteApiEndpoint", str(disabled), wanted)
    kinds = template.value(api, "EndpointConfiguration.Types")
    if kinds is not None and kinds not in (["REGIONAL"], ["EDGE"]):
        yield Finding(api.logical_id, "EndpointConfiguration.Types", str(kinds), "REGIONAL or EDGE")
    if api.properties.get("Policy") is not None:
        yield Finding(api.logical_id, "Policy", "a resource policy", "none: the API key says who may call")


def _maps(template: Template, mapping: Resource, api: Resource) -> bool:
    """Return whether a domain's mapping certainly leads to a stage of the API; one without a stage, to any."""
    apis, names = ([value for _, value in places(template, mapping, path)] for path in _MAPPINGS[mapping.type])
    known = {stage.name for stage in stages(template) if stage.api is api} - {None}
    to_api = bool(apis) and all(named(template, value, API) is api for value in apis)
    return "Condition" not in mapping.raw and to_api and all(text_of(name) in known for name in names)


def _cached(template: Template, stage: ApiStage, *, only_writes: bool) -> Iterator[Finding]:
    """Yield caching: a cached answer acknowledges what was not stored, or is another client's: no key is in its key.

    For a whole stage, only GET is cached.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
    """
    settings = template.resolve(stage.properties.get("MethodSettings", []))
    for index, own in enumerate(listed(settings)):
        whole = isinstance(own, Mapping) and (own.get("HttpMethod"), own.get("ResourcePath")) == ("*", "/*")
        cached = own.get("CachingEnabled") if isinstance(own, Mapping) else UNKNOWN
        if not (whole and only_writes) and not is_off(cached):
            path = f"{stage.place}MethodSettings[{index}].CachingEnabled"
            yield Finding(stage.resource.logical_id, path, str(cached), "false")


def _hidden(template: Template) -> Iterator[Finding]:
    """Yield routes that the template imports instead of showing them."""
    for api in template.of_type(API):
        for key in ("Body", "BodyS3Location", "CloneFrom"):
            if api.properties.get(key) is not None:
                yield Finding(api.logical_id, key, "routes that cannot be resolved", "methods as resources")
    for api in template.of_type("AWS::ApiGatewayV2::Api"):
        yield Finding(api.logical_id, "", "an HTTP or WebSocket API", "a REST API")


policy = ApiRoute()
