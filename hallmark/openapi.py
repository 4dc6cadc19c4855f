"""The API of a stage as an OpenAPI 3 document, exported by API Gateway.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-export-api.html
"""

import json
from typing import Any

from hallmark.stage import Stage

Document = dict[str, Any]
# API Gateway's key for the model of every Content-Type; our models are for application/json.
_ANY_CONTENT, _CONTENT = "$default", "application/json"


def export(stage: Stage, api_id: str) -> Document:
    """Return a deployed API as an OpenAPI 3.0 document, with this stage's address.

    Replaces two terms that are not OpenAPI 3.0: the content type `$default`, and `$schema` in a model.
    """
    exported = stage.client("apigateway").get_export(
        restApiId=api_id, stageName=stage.name, exportType="oas30", accepts="application/json"
    )
    document: Document = json.loads(exported["body"].read())
    document["servers"] = [{"url": stage.api_address(api_id)}]
    for operations in document["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            if _ANY_CONTENT in content:
                content.setdefault(_CONTENT, content.pop(_ANY_CONTENT))
    for schema in document["components"]["schemas"].values():
        schema.pop("$schema", None)
    return document


def request_schema(document: Document, path: str) -> Document:
    """Return the JSON schema of the body of a path's `POST` in an exported document."""
    content = document["paths"][path]["post"]["requestBody"]["content"][_CONTENT]
    schema: Document = document["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]
    return schema
