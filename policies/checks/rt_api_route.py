"""The API's routes are those of the catalogue, each a proxy of the alias of ingest_processor.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from collections.abc import Iterator
from typing import Any

from support.delivery import PERMISSION, call_sources
from support.finding import TEMPLATE, Finding
from support.gateway import API, DEPLOYMENT, PATH, STAGE, api_of, named, routes, shown, stages
from support.order import made_before
from support.policy import Policy
from support.roles import roles_of
from support.template import Resource, Template
from support.wiring import METHOD, Invocation, integration

RESPONSE = "AWS::ApiGateway::GatewayResponse"
_MAPPING = "AWS::ApiGateway::BasePathMapping"
_SERVICE = "apigateway.amazonaws.com"
# What API Gateway answers where nobody says otherwise; DEFAULT_4XX and DEFAULT_5XX leave each refusal its own.
_OWN_STATUS = {
    "BAD_REQUEST_BODY": 400,
    "INVALID_API_KEY": 403,
    "THROTTLED": 429,
    "QUOTA_EXCEEDED": 429,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
}


class ApiRoute(Policy):
    scope = (API,)
    relies_on = (METHOD, PATH, PERMISSION, DEPLOYMENT, STAGE, RESPONSE, "AWS::Lambda::Alias")

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        found, wanted = routes(template), parameters["routes"]
        for route in wanted:
            if route not in found:
                yield Finding(TEMPLATE, "Resources", ", ".join(found) or "no route", f"the route {route}")
        for method in template.of_type(METHOD):
            route = next((route for route, one in found.items() if one is method), "a second method of a route")
            if route not in wanted:
                yield Finding(method.logical_id, "HttpMethod", route, f"only {', '.join(wanted)}")
            yield from _integration_problems(template, method, route, parameters["alias"])
        yield from _hidden(template)
        yield from _answers(template, parameters["refusals"])
        apis = [api_of(template, method) for route, method in found.items() if route in wanted]
        for api in dict.fromkeys(api for api in apis if api):
            yield from _closed(template, api)
            yield from _unanswered(template, api, parameters["refusals"])
        yield from _deployments(template, [method for route, method in found.items() if route in wanted])


def _integration_problems(template: Template, method: Resource, route: str, alias: str) -> Iterator[Finding]:
    for key, wanted in (("Type", "AWS_PROXY"), ("IntegrationHttpMethod", "POST")):
        found = template.value(method, f"Integration.{key}")
        if found != wanted:
            yield Finding(method.logical_id, f"Integration.{key}", str(found), wanted)
    call = integration(template, method)
    if not call or call.function is not roles_of(template).function("ingest_processor") or call.qualifier != alias:
        found = f"{template.name(call.function)}:{call.qualifier}" if call else "no function, or unknown"
        yield Finding(method.logical_id, "Integration.Uri", found, f"the alias `{alias}` of ingest_processor")
    elif not _may_call(template, call, method, route):
        wanted = f"an AWS::Lambda::Permission for {_SERVICE} on this alias, with this route as SourceArn"
        yield Finding(method.logical_id, "Integration.Uri", "an alias that this route may not call", wanted)


def _may_call(template: Template, call: Invocation, method: Resource, route: str) -> bool:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html"""
    api = api_of(template, method)
    names = [stage.name for stage in stages(template) if stage.api is api]
    ends = {f"/{name}/{route.replace(' ', '')}" for name in [*names, "*"]}
    sources = call_sources(template, call, _SERVICE)
    own = f"${{{api.logical_id}}}" if api else "unknown"
    return any(source.split(":")[-1].removeprefix(own) in ends for source in sources)


def _closed(template: Template, api: Resource) -> Iterator[Finding]:
    """What keeps clients away: no address, a private one, or a policy, of which nobody can tell whom it refuses.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
    """
    disabled = template.value(api, "DisableExecuteApiEndpoint")
    mapped = [named(template, one.properties.get("RestApiId"), API) for one in template.of_type(_MAPPING)]
    if disabled not in (None, False, "false") and api not in mapped:
        wanted = f"false, or a {_MAPPING} of this API"
        yield Finding(api.logical_id, "DisableExecuteApiEndpoint", str(disabled), wanted)
    kinds = template.value(api, "EndpointConfiguration.Types")
    if kinds is not None and kinds not in (["REGIONAL"], ["EDGE"]):
        yield Finding(api.logical_id, "EndpointConfiguration.Types", str(kinds), "REGIONAL or EDGE")
    if api.properties.get("Policy") is not None:
        yield Finding(api.logical_id, "Policy", "a resource policy", "none: the API key says who may call")


def _deployments(template: Template, methods: list[Resource]) -> Iterator[Finding]:
    """A stage runs a deployment of its API, and that is what the API was like when CloudFormation made it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html
    """
    for stage in (stage for stage in stages(template) if not stage.place):
        canary = ("CanarySetting.DeploymentId",) if stage.resource.properties.get("CanarySetting") else ()
        for path in ("DeploymentId", *canary):
            expression = template.value(stage.resource, path)
            deployment = named(template, expression, DEPLOYMENT, "DeploymentId")
            if not deployment or api_of(template, deployment) is not stage.api:
                wanted = "a deployment of the stage's API, in this template"
                yield Finding(stage.resource.logical_id, path, shown(template, expression), wanted)
    for deployment in template.of_type(DEPLOYMENT):
        before, api = made_before(template, deployment), api_of(template, deployment)
        for method in methods:
            if api_of(template, method) is api and method.logical_id not in before:
                found = f"nothing that waits for {method.logical_id}"
                yield Finding(deployment.logical_id, "DependsOn", found, "the methods that it deploys")


def _hidden(template: Template) -> Iterator[Finding]:
    """Routes that the template imports instead of showing them."""
    for api in template.of_type(API):
        for key in ("Body", "BodyS3Location", "CloneFrom"):
            if api.properties.get(key) is not None:
                yield Finding(api.logical_id, key, "routes that cannot be told", "methods as resources")
    for api in template.of_type("AWS::ApiGatewayV2::Api"):
        yield Finding(api.logical_id, "", "an HTTP or WebSocket API", "a REST API")


def _answers(template: Template, refusals: dict[str, int]) -> Iterator[Finding]:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html"""
    for response in template.of_type(RESPONSE):
        kind, status = str(template.value(response, "ResponseType")), response.properties.get("StatusCode")
        wanted = refusals.get(kind)
        found = _OWN_STATUS.get(kind) if status is None else template.number(status)
        if found != wanted or (status is not None and found is None):
            told = str(wanted) if wanted else "AWS's own status, because one status for many refusals hides which it is"
            yield Finding(response.logical_id, "StatusCode", shown(template, status), told)


def _unanswered(template: Template, api: Resource, refusals: dict[str, int]) -> Iterator[Finding]:
    """Refusals that the API leaves to AWS, which answers them with another status."""
    own = [response for response in template.of_type(RESPONSE) if api_of(template, response) is api]
    kinds = {str(template.value(response, "ResponseType")) for response in own}
    for kind, wanted in refusals.items():
        if kind not in kinds and _OWN_STATUS.get(kind) != wanted:
            found = f"AWS's own status of {kind}, {_OWN_STATUS.get(kind, 'unknown')}"
            yield Finding(api.logical_id, "", found, f"a {RESPONSE} of this API with {wanted}")


check = ApiRoute()
