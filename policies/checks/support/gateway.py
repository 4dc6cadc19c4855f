"""The parts of a REST API in a template: routes, stages, and what belongs to which API.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from support.intrinsics import REGION
from support.template import Resource, Template
from support.wiring import METHOD

API = "AWS::ApiGateway::RestApi"
PATH = "AWS::ApiGateway::Resource"
STAGE = "AWS::ApiGateway::Stage"
DEPLOYMENT = "AWS::ApiGateway::Deployment"


@dataclass(frozen=True)
class ApiStage:
    """A stage: a resource of its own, or one that a deployment makes; `place` comes before its properties' paths."""

    resource: Resource
    name: str | None
    api: Resource | None
    place: str
    properties: Mapping[str, Any] = field(repr=False, compare=False)


def named(template: Template, expression: Any, kind: str, name: str = "Name") -> Resource | None:
    """The resource of a kind that an expression points to, by reference or by its id or name."""
    text = template.text(expression)
    if text is None:
        return None
    found = [one for one in template.of_type(kind) if text in (f"${{{one.logical_id}}}", template.value(one, name))]
    return found[0] if len(found) == 1 else None


def api_of(template: Template, resource: Resource) -> Resource | None:
    """The API that a method, stage, model or validator belongs to."""
    return named(template, resource.properties.get("RestApiId"), API, "RestApiId")


def route(template: Template, method: Resource) -> tuple[str, str | None]:
    """Verb and path of a method; the path is None if it cannot be told."""
    return template.text(method.properties.get("HttpMethod")) or "unknown", _path(template, method)


def _path(template: Template, method: Resource) -> str | None:
    parts: list[str] = []
    parent = template.text(method.properties.get("ResourceId"))
    for _ in template.of_type(PATH):
        found = next((one for one in template.of_type(PATH) if parent == f"${{{one.logical_id}}}"), None)
        if not found:
            break
        parts.insert(0, template.text(found.properties.get("PathPart")) or "?")
        parent = template.text(found.properties.get("ParentId"))
    api = api_of(template, method)
    is_root = api is not None and parent == f"${{{api.logical_id}.RootResourceId}}"
    return f"/{'/'.join(parts)}" if is_root else None


def routes(template: Template) -> dict[str, Resource]:
    """`POST /path` -> method."""
    found = [(route(template, method), method) for method in template.of_type(METHOD)]
    return {f"{verb} {path or '(an unknown path)'}": method for (verb, path), method in found}


def stages(template: Template) -> list[ApiStage]:
    """Every stage of every API of the template."""
    own = [
        ApiStage(one, _stage_name(template, one), api_of(template, one), "", one.properties)
        for one in template.of_type(STAGE)
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
    """The sources of a method's calls: API, stage, verb and path; `others` are stages beside the template's.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    """
    api, (verb, path) = api_of(template, method), route(template, method)
    if api is None or path is None:
        return set()
    names = [stage.name for stage in stages(template) if stage.api is api and stage.name is not None]
    place = f"arn:aws:execute-api:{REGION}:{template.account}:${{{api.logical_id}}}"
    return {f"{place}/{name}/{verb}{path}" for name in (*names, *others)}
