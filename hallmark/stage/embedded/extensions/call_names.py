"""The service and action of a request to the emulator."""

from typing import Any

from ministack import app as emulator

Json = dict[str, Any]
# The most frequent calls of functions have a header that names them; all others cost the emulator a search.
# A file that a client posts with a form. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
FORM = "multipart/form-data"
PREFIXES = {"DynamoDB_20120810": "dynamodb", "AWSEvents": "events"}


def named(method: str, path: str, headers: Json, body: bytes, query: Json) -> tuple[str, str]:
    """Return the service and the action of a request, such as `dynamodb` and `Query`."""
    prefix, _, action = headers.get("x-amz-target", "").partition(".")
    if prefix in PREFIXES:
        return PREFIXES[prefix], action
    parameters = emulator._routing_params(method, path, headers, body, query)
    service = emulator.detect_service(method, path, headers, parameters)
    if service == "s3" and method == "POST" and headers.get("content-type", "").startswith(FORM):
        return service, "PostObject"
    return service, emulator._ct_event_name(service, method, path, headers, parameters)
