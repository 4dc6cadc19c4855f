"""What API Gateway answers by itself, where no integration does.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from collections.abc import Iterable, Iterator, Mapping

from support.finding import Finding
from support.flags import shown
from support.gateway import api_of
from support.template import Resource, Template, walk

RESPONSE = "AWS::ApiGateway::GatewayResponse"
# What API Gateway answers where nobody says otherwise.
_OWN_STATUS = {
    "BAD_REQUEST_BODY": 400,
    "INVALID_API_KEY": 403,
    "THROTTLED": 429,
    "QUOTA_EXCEEDED": 429,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
}
_TOLD = ("ResponseTemplates", "ResponseParameters")
_ECHO = "validationErrorString"
# Answers whatever of its class has no response of its own, with its own status if it has one.
_DEFAULT = "DEFAULT_{}XX"


def refusal_problems(template: Template, apis: Iterable[Resource], refusals: Mapping[str, int]) -> Iterator[Finding]:
    """Refusals with another status than the wanted one, and those of these APIs that are left to AWS."""
    yield from _answers(template, {**_defaults(refusals), **refusals})
    yield from _echoes(template)
    for api in apis:
        yield from _unanswered(template, api, refusals)


def _echoes(template: Template) -> Iterator[Finding]:
    """Refusals that tell what the validator said: of an enum or a pattern it says the value, too.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
    """
    for response in template.of_type(RESPONSE):
        for path, raw in walk(response.properties):
            if path.startswith(_TOLD) and _ECHO in (template.text(raw) or _ECHO):
                yield Finding(response.logical_id, path, shown(template, raw), "a text without the value")


def _default_of(kind: str) -> str:
    return _DEFAULT.format(_OWN_STATUS[kind] // 100)


def _defaults(refusals: Mapping[str, int]) -> dict[str, int]:
    """The status that a default may have: the one that all refusals of its class want, if it is one."""
    wanted: dict[str, set[int]] = {}
    for kind, status in refusals.items():
        wanted.setdefault(_default_of(kind), set()).add(status)
    return {default: min(statuses) for default, statuses in wanted.items() if len(statuses) == 1}


def _answers(template: Template, wanted_of: Mapping[str, int]) -> Iterator[Finding]:
    for response in template.of_type(RESPONSE):
        kind, status = str(template.value(response, "ResponseType")), response.properties.get("StatusCode")
        if kind not in _OWN_STATUS and status is None:
            continue
        wanted = wanted_of.get(kind)
        found = _OWN_STATUS.get(kind) if status is None else template.number(status)
        if found is None or found != wanted:
            told = str(wanted) if wanted else "AWS's own status, because one status for many refusals hides which it is"
            yield Finding(response.logical_id, "StatusCode", shown(template, status), told)


def _unanswered(template: Template, api: Resource, refusals: Mapping[str, int]) -> Iterator[Finding]:
    """Refusals that the API leaves to AWS, which answers them with another status."""
    own = [response for response in template.of_type(RESPONSE) if api_of(template, response) is api]
    given = {str(template.value(one, "ResponseType")): template.number(one.properties.get("StatusCode")) for one in own}
    for kind, wanted in refusals.items():
        if kind not in given and wanted not in (_OWN_STATUS[kind], given.get(_default_of(kind))):
            found = f"AWS's own status of {kind}, {_OWN_STATUS[kind]}"
            yield Finding(api.logical_id, "", found, f"a {RESPONSE} of this API with {wanted}")
