"""API Gateway's own error responses, in the same shape as the functions': a message, and the rules that are broken."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_apigateway as apigateway


@dataclass(frozen=True)
class GatewayResponse:
    """One type of response and its JSON body, an API Gateway template; without a status it keeps AWS's."""

    construct_id: str
    kind: apigateway.ResponseType
    template: str
    status: str | None = None
    headers: Mapping[str, str] | None = None


def bad_body(schema: Mapping[str, Any]) -> GatewayResponse:
    """Return the response to a body that breaks the schema: the description of every field.

    API Gateway's validation texts leave out the field or repeat the value.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    """
    rules = [{"field": name, "rule": field["description"]} for name, field in schema["properties"].items()]
    message = "The body does not match the request schema: one of these rules is broken"
    body = {"message": message, "errors": [{"field": "body", "rule": "a JSON object"}, *rules]}
    return GatewayResponse("BadBody", apigateway.ResponseType.BAD_REQUEST_BODY, json.dumps(body), "400")


def refused_type(wanted: str) -> GatewayResponse:
    """Return the response to a body of a type that no model takes."""
    body = {
        "message": "A body of this type is refused",
        "errors": [{"field": "Content-Type", "rule": wanted}],
    }
    return GatewayResponse("RefusedType", apigateway.ResponseType.BAD_REQUEST_BODY, json.dumps(body), "400")


def bad_parameters(names: Sequence[str]) -> GatewayResponse:
    """Return the response to a request without one of its required parameters."""
    body = {
        "message": "A parameter of the request is missing",
        "errors": [{"field": name, "rule": "required, not empty"} for name in names],
    }
    kind = apigateway.ResponseType.BAD_REQUEST_PARAMETERS
    return GatewayResponse("BadParameters", kind, json.dumps(body), "400")


def others() -> list[GatewayResponse]:
    """Return the responses to all other refused requests."""
    template = '{"message": $context.error.messageString, "errors": []}'
    return [
        GatewayResponse("Default4xx", apigateway.ResponseType.DEFAULT_4_XX, template),
        GatewayResponse("Default5xx", apigateway.ResponseType.DEFAULT_5_XX, template),
    ]


def try_again() -> list[GatewayResponse]:
    """Return the responses for a function that is throttled, fails or times out: 503, so that the client sends again.

    Uncustomized they are 500, 502 and 504. That a throttled function and a failing one count as INTEGRATION_FAILURE
    is reported, but not documented (the first two links are documentation, the last two reports).
    https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
    https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    https://stackoverflow.com/questions/36363280
    https://github.com/DataBiosphere/azul/issues/7470
    """
    body = json.dumps({"message": "try again", "errors": []})
    # A constant header value is in single quotes.
    headers = {"Retry-After": "'1'"}
    return [
        GatewayResponse("IntegrationFailure", apigateway.ResponseType.INTEGRATION_FAILURE, body, "503", headers),
        GatewayResponse("IntegrationTimeout", apigateway.ResponseType.INTEGRATION_TIMEOUT, body, "503", headers),
    ]
