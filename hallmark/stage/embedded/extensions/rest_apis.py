"""Settings of a REST API that the emulator's CloudFormation drops: the endpoint type and the source of API keys.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html
"""

from ministack.services import apigateway_v1

from hallmark.stage.embedded.extensions.provisioning import Properties, after

# API Gateway's defaults.
_EDGE = ["EDGE"]


def _apply(api: str, properties: Properties) -> None:
    kinds = (properties.get("EndpointConfiguration") or {}).get("Types") or _EDGE
    apigateway_v1._rest_apis[api] |= {
        "endpointConfiguration": {"types": kinds},
        "apiKeySource": properties.get("ApiKeySourceType", "HEADER"),
        "disableExecuteApiEndpoint": properties.get("DisableExecuteApiEndpoint", False),
    }


def install() -> None:
    """Write the settings as the template has them."""
    after("AWS::ApiGateway::RestApi", _apply)
