"""What API Gateway answers by itself, where no integration does.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from collections.abc import Iterable, Iterator, Mapping

from support.finding import Finding
from support.gateway import api_of, shown
from support.template import Resource, Template

RESPONSE = "AWS::ApiGateway::GatewayResponse"
# What API Gateway answers where nobody says otherwise; DEFAULT_4XX and DEFAULT_5XX leave each refusal its own.
_OWN_STATUS = {
    "BAD_REQUEST_BODY": 400,
    "INVALID_API_KEY": 403,
    "THROTTLED": 429,
    "QUOTA_EXCEEDED": 429,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
}


def refusal_problems(template: Template, apis: Iterable[Resource], refusals: Mapping[str, int]) -> Iterator[Finding]:
    """Refusals with another status than the wanted one, and those of these APIs that are left to AWS."""
    yield from _answers(template, refusals)
    for api in apis:
        yield from _unanswered(template, api, refusals)


def _answers(template: Template, refusals: Mapping[str, int]) -> Iterator[Finding]:
    for response in template.of_type(RESPONSE):
        kind, status = str(template.value(response, "ResponseType")), response.properties.get("StatusCode")
        wanted = refusals.get(kind)
        found = _OWN_STATUS.get(kind) if status is None else template.number(status)
        if found != wanted or (status is not None and found is None):
            told = str(wanted) if wanted else "AWS's own status, because one status for many refusals hides which it is"
            yield Finding(response.logical_id, "StatusCode", shown(template, status), told)


def _unanswered(template: Template, api: Resource, refusals: Mapping[str, int]) -> Iterator[Finding]:
    """Refusals that the API leaves to AWS, which answers them with another status."""
    own = [response for response in template.of_type(RESPONSE) if api_of(template, response) is api]
    kinds = {str(template.value(response, "ResponseType")) for response in own}
    for kind, wanted in refusals.items():
        if kind not in kinds and _OWN_STATUS.get(kind) != wanted:
            found = f"AWS's own status of {kind}, {_OWN_STATUS.get(kind, 'unknown')}"
            yield Finding(api.logical_id, "", found, f"a {RESPONSE} of this API with {wanted}")
