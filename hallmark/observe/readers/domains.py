"""What leads to an API: mappings of domain names; and HTTP and WebSocket APIs, which the stage should not have.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains.html
"""

from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Thing, picked
from hallmark.observe.readers.apis import API

MAPPING, HTTP_MAPPING = "AWS::ApiGateway::BasePathMapping", "AWS::ApiGatewayV2::ApiMapping"
ROUTING, HTTP_API = "AWS::ApiGatewayV2::RoutingRule", "AWS::ApiGatewayV2::Api"


def mappings(deployment: Deployment) -> Iterator[Thing]:
    """Yield the paths of domain names that lead to one of the stage's APIs."""
    for domain in deployment.pages("apigateway", "get_domain_names", "items"):
        which = {"domainName": domain["domainName"]}
        # Two private domains can have one name.
        which |= {"domainNameId": domain["domainNameId"]} if domain.get("domainNameId") else {}
        for one in deployment.pages("apigateway", "get_base_path_mappings", "items", **which):
            if deployment.made(API, one["restApiId"]):
                properties = {
                    "DomainName": domain["domainName"],
                    "BasePath": one.get("basePath"),
                    "Stage": one.get("stage"),
                }
                properties["RestApiId"] = deployment.ref(API, one["restApiId"])
                yield Thing(MAPPING, f"{domain['domainName']}|{one.get('basePath')}", properties)


def http_mappings(deployment: Deployment) -> Iterator[Thing]:
    """Yield those that only the newer interface shows: of several levels."""
    for domain in deployment.pages("apigatewayv2", "get_domain_names", "Items"):
        for one in deployment.pages("apigatewayv2", "get_api_mappings", "Items", DomainName=domain["DomainName"]):
            if deployment.made(API, one["ApiId"]) and "/" in one.get("ApiMappingKey", ""):
                properties = {"DomainName": domain["DomainName"], "ApiMappingKey": one["ApiMappingKey"]}
                properties |= {"ApiId": deployment.ref(API, one["ApiId"]), "Stage": one["Stage"]}
                yield Thing(HTTP_MAPPING, f"{domain['DomainName']}|{one['ApiMappingKey']}", properties)


def routing(deployment: Deployment) -> Iterator[Thing]:
    """Yield the rules of a domain name that lead to one of the stage's APIs, whatever the path."""
    for domain in deployment.pages("apigatewayv2", "get_domain_names", "Items"):
        for one in deployment.pages(
            "apigatewayv2", "list_routing_rules", "RoutingRules", DomainName=domain["DomainName"]
        ):
            called = [action["InvokeApi"]["ApiId"] for action in one["Actions"] if "InvokeApi" in action]
            if any(deployment.made(API, api) for api in called):
                properties = {"DomainName": domain["DomainName"], **picked(one, "Priority", "Conditions", "Actions")}
                yield Thing(ROUTING, f"{domain['DomainName']}|{one['RoutingRuleId']}", properties)


def http_apis(deployment: Deployment) -> Iterator[Thing]:
    """Yield the stage's HTTP and WebSocket APIs, and those of others that call something of the stage."""
    for one in deployment.pages("apigatewayv2", "get_apis", "Items"):
        integrations = deployment.pages("apigatewayv2", "get_integrations", "Items", ApiId=one["ApiId"])
        if deployment.is_ours(HTTP_API, one["ApiId"], one["Name"]) or deployment.concerns(
            [one.get("IntegrationUri", "") for one in integrations]
        ):
            yield Thing(HTTP_API, one["ApiId"], {"Name": one["Name"], "ProtocolType": one["ProtocolType"]})


READERS = {MAPPING: mappings, HTTP_MAPPING: http_mappings, ROUTING: routing, HTTP_API: http_apis}
