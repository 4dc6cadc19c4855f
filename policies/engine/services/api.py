"""A REST API in a template: routes, stages, deployments, and API Gateway's own responses.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from policies.engine.events.wiring import grouped
from policies.engine.finding import Finding
from policies.engine.kinds import API, API_STAGE, METHOD
from policies.engine.template.lifecycle import made_before
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import shown
from policies.engine.template.walking import walk

PATH = "AWS::ApiGateway::Resource"
DEPLOYMENT = "AWS::ApiGateway::Deployment"
RESPONSE = "AWS::ApiGateway::GatewayResponse"
# API Gateway's default statuses.
_OWN_STATUS = {
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "INVALID_API_KEY": 403,
    "THROTTLED": 429,
    "QUOTA_EXCEEDED": 429,
    "REQUEST_TOO_LARGE": 413,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
}
_ANSWERED = ("ResponseTemplates", "ResponseParameters")
_ECHO = "validationErrorString"
_PARAMETER = re.compile(r"\{[^}]*\}")
# The response for all of its class that have none of their own, with its own status if it has one.
_DEFAULT = "DEFAULT_{}XX"


@dataclass(frozen=True)
class ApiStage:
    """A stage: a resource of its own, or one that a deployment makes; `place` comes before its properties' paths."""

    resource: Resource
    name: str | None
    api: Resource | None
    place: str
    properties: Mapping[str, Any] = field(repr=False, compare=False)


def named(template: Template, expression: Any, kind: str, name: str = "Name") -> Resource | None:
    """Return the resource of a kind that an expression points to, by reference or by its id or name."""
    text = template.text(expression)
    if text is None:
        return None
    found = template.once(("named", kind, name), lambda: _by_name(template, kind, name)).get(text, [])
    return found[0] if len(found) == 1 else None


def _by_name(template: Template, kind: str, name: str) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for one in template.of_type(kind):
        own, reference = template.value(one, name), f"${{{one.logical_id}}}"
        for text in {reference, own if isinstance(own, str) else reference}:
            found.setdefault(text, []).append(one)
    return found


def api_of(template: Template, resource: Resource) -> Resource | None:
    """Return the API that a method, stage, model or validator belongs to."""
    return named(template, resource.properties.get("RestApiId"), API, "RestApiId")


def route(template: Template, method: Resource) -> tuple[str, str | None]:
    """Return verb and path of a method; the path is None if it cannot be resolved."""
    return template.text(method.properties.get("HttpMethod")) or "unknown", _path(template, method)


def _path(template: Template, method: Resource) -> str | None:
    parent = template.text(method.properties.get("ResourceId"))
    root, path = template.once("ways", lambda: _ways(template)).get(parent, (parent, ""))
    api = api_of(template, method)
    is_root = api is not None and root == f"${{{api.logical_id}.RootResourceId}}"
    return path or "/" if is_root else None


def _ways(template: Template) -> dict[str | None, tuple[str | None, str]]:
    """Return, by the Ref of each path's resource, where its parents end (None for a circle) and the path from there."""
    known: dict[str | None, Resource] = {f"${{{one.logical_id}}}": one for one in template.of_type(PATH)}
    ways: dict[str | None, tuple[str | None, str]] = {}
    for start in known:
        passed: dict[str | None, Resource] = {}
        here: str | None = start
        while here in known and here not in ways and here not in passed:
            passed[here] = known[here]
            here = template.text(known[here].properties.get("ParentId"))
        root, path = (None, "") if here in passed else ways.get(here, (here, ""))
        for name, one in reversed(passed.items()):
            path = f"{path}/{template.text(one.properties.get('PathPart')) or '?'}"
            ways[name] = root, path
    return ways


def routes(template: Template) -> dict[str, Resource]:
    """Return the methods by route, such as `POST /path`."""
    found = [(route(template, method), method) for method in template.of_type(METHOD)]
    return {f"{verb} {path or '(an unknown path)'}": method for (verb, path), method in found}


def stages(template: Template) -> list[ApiStage]:
    """Return every stage of every API of the template."""
    return template.once(stages, lambda: _stages(template))


def _stages(template: Template) -> list[ApiStage]:
    own = [
        ApiStage(one, _stage_name(template, one), api_of(template, one), "", one.properties)
        for one in template.of_type(API_STAGE)
    ]
    made = [
        ApiStage(one, _stage_name(template, one), api_of(template, one), "StageDescription.", _description(one))
        for one in template.of_type(DEPLOYMENT)
        if one.properties.get("StageName") is not None
    ]
    return [*own, *made]


def _stage_name(template: Template, resource: Resource) -> str | None:
    return template.text(resource.properties.get("StageName"))


def _description(deployment: Resource) -> Mapping[str, Any]:
    found = deployment.properties.get("StageDescription")
    return found if isinstance(found, Mapping) else {}


def call_arns(template: Template, method: Resource, *others: str) -> set[str]:
    """Return the source ARNs of a method's calls; `others` are stages beside the template's.

    A path's parameter is written as `*`.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    """
    api, (verb, path) = api_of(template, method), route(template, method)
    if api is None or path is None:
        return set()
    names = template.once("stage names", lambda: _stage_names(template)).get(api.logical_id, [])
    place = f"arn:aws:execute-api:{template.region}:{template.account}:${{{api.logical_id}}}"
    written = _PARAMETER.sub("*", path)
    return {f"{place}/{name}/{verb}{written}" for name in (*names, *others)}


def _stage_names(template: Template) -> dict[str, list[str]]:
    """Return the names of each API's stages, as far as they can be resolved."""
    found: dict[str, list[str]] = {}
    for stage in stages(template):
        if stage.api is not None and stage.name is not None:
            found.setdefault(stage.api.logical_id, []).append(stage.name)
    return found


def deployment_problems(template: Template, methods: list[Resource]) -> Iterator[Finding]:
    """Yield stages that run another deployment, and deployments that may precede these methods of their API."""
    for stage in stages(template):
        if not stage.place:
            yield from _run(template, stage)
    apis = [api_of(template, method) for method in methods]
    for deployment in template.of_type(DEPLOYMENT):
        before, api = made_before(template, deployment), api_of(template, deployment)
        for method, own in zip(methods, apis, strict=True):
            if own is api and method.logical_id not in before:
                found = f"nothing that waits for {method.logical_id}"
                yield Finding(deployment.logical_id, "DependsOn", found, "the methods that it deploys")


def _run(template: Template, stage: ApiStage) -> Iterator[Finding]:
    canary = ("CanarySetting.DeploymentId",) if stage.resource.properties.get("CanarySetting") else ()
    for path in ("DeploymentId", *canary):
        expression = template.value(stage.resource, path)
        deployment = named(template, expression, DEPLOYMENT, "DeploymentId")
        if not deployment or api_of(template, deployment) is not stage.api:
            wanted = "a deployment of the stage's API, in this template"
            yield Finding(stage.resource.logical_id, path, shown(template, expression), wanted)


def refusal_problems(template: Template, apis: Iterable[Resource], refusals: Mapping[str, int]) -> Iterator[Finding]:
    """Yield refusals with another status than the wanted one, and those that these APIs leave to AWS."""
    yield from _answers(template, {**_defaults(refusals), **refusals})
    yield from _echoes(template)
    for api in apis:
        yield from _unanswered(template, api, refusals)


def _echoes(template: Template) -> Iterator[Finding]:
    """Yield refusals that repeat the validator's message: for an enum or a pattern it holds the value.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
    """
    for response in template.of_type(RESPONSE):
        for path, raw in walk(response.properties):
            if path.startswith(_ANSWERED) and _ECHO in (template.text(raw) or _ECHO):
                yield Finding(response.logical_id, path, shown(template, raw), "a text without the value")


def _default_of(kind: str) -> str:
    return _DEFAULT.format(_OWN_STATUS[kind] // 100)


def _defaults(refusals: Mapping[str, int]) -> dict[str, int]:
    """Return the status that a default may have: the one that all refusals of its class want, if they agree."""
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
            asked = str(wanted) if wanted else "AWS's own status: one for many refusals hides which it is"
            yield Finding(response.logical_id, "StatusCode", shown(template, status), asked)


def _unanswered(template: Template, api: Resource, refusals: Mapping[str, int]) -> Iterator[Finding]:
    """Yield refusals that the API leaves to AWS, which answers with another status."""
    responses = template.once("responses", lambda: grouped(template.of_type(RESPONSE), partial(api_of, template)))
    own = responses.get(api.logical_id, [])
    given = {str(template.value(one, "ResponseType")): template.number(one.properties.get("StatusCode")) for one in own}
    for kind, wanted in refusals.items():
        if kind not in given and wanted not in (_OWN_STATUS[kind], given.get(_default_of(kind))):
            found = f"AWS's own status of {kind}, {_OWN_STATUS[kind]}"
            yield Finding(api.logical_id, "", found, f"a {RESPONSE} of this API with {wanted}")
