"""REST APIs: paths, methods, models, validators, gateway responses, authorizers, documentation, deployments, stages.

https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html
"""

import json
from collections.abc import Iterator
from typing import Any

from hallmark.observe.deployment import Deployment, Json, Thing, capitalized, tags

API, PATH, METHOD = "AWS::ApiGateway::RestApi", "AWS::ApiGateway::Resource", "AWS::ApiGateway::Method"
MODEL, VALIDATOR = "AWS::ApiGateway::Model", "AWS::ApiGateway::RequestValidator"
DEPLOYMENT, STAGE = "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage"
RESPONSE, AUTHORIZER = "AWS::ApiGateway::GatewayResponse", "AWS::ApiGateway::Authorizer"
PART, EDITION = "AWS::ApiGateway::DocumentationPart", "AWS::ApiGateway::DocumentationVersion"
# API Gateway adds these two to every API.
_BUILT_IN = ("Empty", "Error")
_API_SETTINGS = (
    *("Name", "Description", "ApiKeySourceType", "BinaryMediaTypes", "MinimumCompressionSize"),
    *("DisableExecuteApiEndpoint", "SecurityPolicy", "EndpointAccessMode"),
)
_METHOD_SETTINGS = (
    *("HttpMethod", "AuthorizationType", "AuthorizerId", "ApiKeyRequired", "OperationName", "RequestParameters"),
    "AuthorizationScopes",
)
_INTEGRATION = (
    *("Type", "Uri", "ConnectionType", "ConnectionId", "Credentials", "RequestParameters", "RequestTemplates"),
    *("PassthroughBehavior", "TimeoutInMillis", "ContentHandling", "CacheKeyParameters"),
    *("TlsConfig", "ResponseTransferMode", "IntegrationTarget"),
)
_STAGE_SETTINGS = (
    *("StageName", "Description", "TracingEnabled", "Variables", "CacheClusterEnabled", "CacheClusterSize"),
    *("ClientCertificateId", "DocumentationVersion", "WebAclArn"),
)
_CANARY = ("DeploymentId", "PercentTraffic", "StageVariableOverrides", "UseStageCache")
_AUTHORIZER = (
    *("Name", "Type", "AuthType", "AuthorizerUri", "AuthorizerCredentials", "IdentitySource"),
    *("IdentityValidationExpression", "AuthorizerResultTtlInSeconds"),
)
# Settings of a cache as API Gateway fills them in where nobody chose.
_CACHED = {
    "CachingEnabled": False,
    "CacheTtlInSeconds": 300,
    "CacheDataEncrypted": False,
    "RequireAuthorizationForCacheControl": True,
    "UnauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
_METHOD_LOGGING = {
    "dataTraceEnabled": "DataTraceEnabled",
    "loggingLevel": "LoggingLevel",
    "metricsEnabled": "MetricsEnabled",
    "throttlingBurstLimit": "ThrottlingBurstLimit",
    "throttlingRateLimit": "ThrottlingRateLimit",
}


def owned(deployment: Deployment) -> list[Json]:
    """Return the stage's APIs as API Gateway describes them."""
    listed = deployment.pages("apigateway", "get_rest_apis", "items")
    return [api for api in listed if deployment.is_ours(API, api["id"], api["name"])]


def apis(deployment: Deployment) -> Iterator[Thing]:
    """Yield the REST APIs."""
    for api in owned(deployment):
        properties = capitalized({**api, "apiKeySourceType": api.get("apiKeySource")}, *_API_SETTINGS)
        if endpoint := capitalized(api.get("endpointConfiguration") or {}, "Types", "VpcEndpointIds"):
            properties["EndpointConfiguration"] = endpoint
        if policy := api.get("policy"):
            # API Gateway returns the text with its quotes escaped.
            properties["Policy"] = _parsed(policy.replace('\\"', '"'))
        yield Thing(API, api["id"], properties | tags(api.get("tags")))


def _resources(deployment: Deployment, api: str) -> list[Json]:
    return deployment.pages("apigateway", "get_resources", "items", restApiId=api)


def _path_ref(deployment: Deployment, api: str, paths: dict[str, Json], resource: str | None) -> Json:
    if resource is None or "parentId" not in paths.get(resource, {}):
        return {"Fn::GetAtt": [deployment.logical_id(API, api), "RootResourceId"]}
    return deployment.ref(PATH, resource)


def paths(deployment: Deployment) -> Iterator[Thing]:
    """Yield the paths; the root is the API's own."""
    for api in owned(deployment):
        found = {one["id"]: one for one in _resources(deployment, api["id"])}
        for one in found.values():
            if "parentId" in one:
                properties = {"RestApiId": deployment.ref(API, api["id"]), "PathPart": one["pathPart"]}
                properties["ParentId"] = _path_ref(deployment, api["id"], found, one["parentId"])
                yield Thing(PATH, one["id"], properties)


def methods(deployment: Deployment) -> Iterator[Thing]:
    """Yield the methods with their integrations."""
    for api in owned(deployment):
        found = {one["id"]: one for one in _resources(deployment, api["id"])}
        for resource, one in found.items():
            for verb in one.get("resourceMethods") or {}:
                method = deployment.asked(
                    "apigateway", "get_method", restApiId=api["id"], resourceId=resource, httpMethod=verb
                )
                properties = {"RestApiId": deployment.ref(API, api["id"]), **_method(deployment, method)}
                properties["ResourceId"] = _path_ref(deployment, api["id"], found, resource)
                parts = ("RestApiId", "ResourceId", "HttpMethod")
                yield Thing(METHOD, f"{api['id']}-{resource}-{verb}", properties, parts)


def _method(deployment: Deployment, method: Json) -> Json:
    properties = capitalized(method, *_METHOD_SETTINGS)
    if models := method.get("requestModels"):
        properties["RequestModels"] = {kind: deployment.ref(MODEL, name) for kind, name in models.items()}
    if validator := method.get("requestValidatorId"):
        properties["RequestValidatorId"] = deployment.ref(VALIDATOR, validator)
    if responses := method.get("methodResponses"):
        properties["MethodResponses"] = [_response(one) for _, one in sorted(responses.items())]
    if integration := method.get("methodIntegration"):
        own = {**integration, "integrationHttpMethod": integration.get("httpMethod")}
        properties["Integration"] = capitalized(own, "IntegrationHttpMethod", *_INTEGRATION)
        if answers := integration.get("integrationResponses"):
            names = ("StatusCode", "SelectionPattern", "ResponseParameters", "ResponseTemplates", "ContentHandling")
            listed = [capitalized(one, *names) for _, one in sorted(answers.items())]
            properties["Integration"]["IntegrationResponses"] = listed
    return properties


def _response(response: Json) -> Json:
    """Return a response that a method may give."""
    properties = capitalized(response, "StatusCode", "ResponseParameters")
    return properties | ({"ResponseModels": own} if (own := response.get("responseModels")) else {})


def models(deployment: Deployment) -> Iterator[Thing]:
    """Yield the schemas of bodies."""
    for api in owned(deployment):
        for model in deployment.pages("apigateway", "get_models", "items", restApiId=api["id"]):
            if model["name"] not in _BUILT_IN:
                properties = {"RestApiId": deployment.ref(API, api["id"]), **capitalized(model, "Name", "ContentType")}
                yield Thing(MODEL, model["name"], {**properties, "Schema": _parsed(model.get("schema"))})


def _parsed(schema: Any) -> Any:
    """Return a schema as an object; API Gateway keeps the original text, so a text that is not JSON stays a text."""
    try:
        return json.loads(schema)
    except (TypeError, ValueError):
        return schema


def validators(deployment: Deployment) -> Iterator[Thing]:
    """Yield the request validators."""
    for api in owned(deployment):
        for one in deployment.pages("apigateway", "get_request_validators", "items", restApiId=api["id"]):
            settings = capitalized(one, "Name", "ValidateRequestBody", "ValidateRequestParameters")
            yield Thing(VALIDATOR, one["id"], {"RestApiId": deployment.ref(API, api["id"]), **settings})


def responses(deployment: Deployment) -> Iterator[Thing]:
    """Yield the customized gateway responses."""
    settings = ("ResponseType", "StatusCode", "ResponseParameters", "ResponseTemplates")
    for api in owned(deployment):
        for one in deployment.pages("apigateway", "get_gateway_responses", "items", restApiId=api["id"]):
            if not one.get("defaultResponse"):
                properties = {"RestApiId": deployment.ref(API, api["id"]), **capitalized(one, *settings)}
                parts = ("RestApiId", "ResponseType")
                yield Thing(RESPONSE, f"{api['id']}/{one['responseType']}", properties, parts)


def authorizers(deployment: Deployment) -> Iterator[Thing]:
    """Yield who may decide about callers."""
    for api in owned(deployment):
        for one in deployment.pages("apigateway", "get_authorizers", "items", restApiId=api["id"]):
            properties = {"RestApiId": deployment.ref(API, api["id"]), **capitalized(one, *_AUTHORIZER)}
            providers = {"ProviderARNs": one["providerARNs"]} if one.get("providerARNs") else {}
            yield Thing(AUTHORIZER, one["id"], properties | providers)


def documentation(deployment: Deployment) -> Iterator[Thing]:
    """Yield the parts of the documentation."""
    for api in owned(deployment):
        for one in deployment.pages("apigateway", "get_documentation_parts", "items", restApiId=api["id"]):
            location = {name[0].upper() + name[1:]: value for name, value in one["location"].items()}
            properties = {"RestApiId": deployment.ref(API, api["id"]), "Location": location}
            yield Thing(PART, one["id"], {**properties, "Properties": one["properties"]})


def editions(deployment: Deployment) -> Iterator[Thing]:
    """Yield the versions of the documentation."""
    for api in owned(deployment):
        for one in deployment.pages("apigateway", "get_documentation_versions", "items", restApiId=api["id"]):
            properties = {"RestApiId": deployment.ref(API, api["id"]), "DocumentationVersion": one["version"]}
            yield Thing(EDITION, f"{api['id']}/{one['version']}", properties)


def _stages(deployment: Deployment, api: str) -> list[Json]:
    found: list[Json] = deployment.asked("apigateway", "get_stages", restApiId=api)["item"]
    return found


def deployments(deployment: Deployment) -> Iterator[Thing]:
    """Yield the deployments, also those that no stage runs: CloudFormation deletes what a template no longer has."""
    for api in owned(deployment):
        for one in deployment.pages("apigateway", "get_deployments", "items", restApiId=api["id"]):
            properties = {"RestApiId": deployment.ref(API, api["id"]), **capitalized(one, "Description")}
            yield Thing(DEPLOYMENT, one["id"], properties)


def stages(deployment: Deployment) -> Iterator[Thing]:
    """Yield the stages with their logs and traces."""
    for api in owned(deployment):
        for stage in _stages(deployment, api["id"]):
            properties = {"RestApiId": deployment.ref(API, api["id"]), **capitalized(stage, *_STAGE_SETTINGS)}
            properties["DeploymentId"] = deployment.ref(DEPLOYMENT, stage["deploymentId"])
            if logs := stage.get("accessLogSettings"):
                properties["AccessLogSetting"] = capitalized(logs, "DestinationArn", "Format")
            if settings := stage.get("methodSettings"):
                properties["MethodSettings"] = [_setting(path, one) for path, one in sorted(settings.items())]
            if canary := stage.get("canarySettings"):
                properties["CanarySetting"] = capitalized(canary, *_CANARY)
            properties |= tags(stage.get("tags"))
            yield Thing(STAGE, f"{api['id']}/{stage['stageName']}", properties, ("RestApiId", "StageName"))


def _setting(place: str, setting: Json) -> Json:
    """Return a method's settings; `place` is `*/*`, or a path with `~1` for each slash, a slash, and the verb."""
    path, _, verb = place.rpartition("/")
    own = {name: setting[key] for key, name in _METHOD_LOGGING.items() if key in setting}
    cached = {name: value for name, value in capitalized(setting, *_CACHED).items() if value != _CACHED[name]}
    return {"ResourcePath": f"/{path}", "HttpMethod": verb, **own, **cached}


READERS = {
    API: apis,
    PATH: paths,
    METHOD: methods,
    MODEL: models,
    VALIDATOR: validators,
    RESPONSE: responses,
    DEPLOYMENT: deployments,
    STAGE: stages,
    AUTHORIZER: authorizers,
    PART: documentation,
    EDITION: editions,
}
