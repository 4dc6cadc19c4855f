"""A function behind a method that requires an API key gets the caller's `apiKey` and `apiKeyId`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from typing import Any

from ministack.services import apigateway_v1

Json = dict[str, Any]
ANY = "ANY"


def install() -> None:
    """Add both to the event's `requestContext.identity`; without a required key, the event has neither."""
    build = apigateway_v1._build_lambda_event_v1

    def build_event(
        api: str,
        stage: str,
        described: Json,
        resource: Json,
        path: str,
        method: str,
        headers: Json,
        *rest: Any,
        **more: Any,
    ) -> Json:
        event: Json = build(api, stage, described, resource, path, method, headers, *rest, **more)
        methods = resource.get("resourceMethods") or {}
        if (methods.get(method) or methods.get(ANY) or {}).get("apiKeyRequired"):
            key = apigateway_v1._resolve_api_key(apigateway_v1._api_key_from_request(headers))
            event["requestContext"]["identity"] |= {"apiKey": key["value"], "apiKeyId": key["id"]}
        return event

    apigateway_v1._build_lambda_event_v1 = build_event
