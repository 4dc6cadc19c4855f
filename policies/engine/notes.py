"""What no policy judges and may matter all the same: resources of unknown types that name a resource of the template.

A note fails nothing; it says that somebody has to look.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.engine.finding import one_line
from policies.engine.kinds import ROLE
from policies.engine.opaque import custom_resources, is_opaque
from policies.engine.relations.callers import callers_of_type
from policies.engine.relations.holders import HOLDERS
from policies.engine.relations.names_of_ours import names_of_ours
from policies.engine.relations.passing import LOGS, PASSING
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_INDEX = re.compile(r"\[\d+\]")
# Types that only show or describe, or hang on what the policies read themselves.
_HARMLESS = frozenset(
    {
        "AWS::ApplicationInsights::Application",
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
        "AWS::CloudWatch::AnomalyDetector",
        "AWS::CloudWatch::Dashboard",
        "AWS::IAM::Group",
        "AWS::IAM::GroupPolicy",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::User",
        "AWS::IAM::UserPolicy",
        "AWS::KMS::Alias",
        "AWS::Logs::LogStream",
        "AWS::Logs::MetricFilter",
        "AWS::Logs::QueryDefinition",
        "AWS::ResourceGroups::Group",
        "AWS::SSM::Parameter",
        "AWS::ServiceCatalogAppRegistry::ResourceAssociation",
        "AWS::XRay::Group",
    }
)
# Types that policies read though none names them as its scope.
_READ = frozenset(
    {
        "AWS::ApiGateway::Account",
        "AWS::ApiGateway::ApiKey",
        "AWS::ApiGateway::BasePathMapping",
        "AWS::ApiGateway::BasePathMappingV2",
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::GatewayResponse",
        "AWS::ApiGateway::Model",
        "AWS::ApiGateway::RequestValidator",
        "AWS::ApiGateway::Resource",
        "AWS::ApiGateway::UsagePlan",
        "AWS::ApiGateway::UsagePlanKey",
        "AWS::ApiGatewayV2::ApiMapping",
        "AWS::ApiGatewayV2::RoutingRule",
        "AWS::CloudWatch::AlarmMuteRule",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::KMS::Key",
        "AWS::KMS::ReplicaKey",
        "AWS::Lambda::LayerVersionPermission",
        "AWS::Lambda::Url",
        "AWS::Lambda::Version",
        "AWS::Logs::ResourcePolicy",
        "AWS::Synthetics::Canary",
    }
)
# Properties that say with which right, for whom or how a resource works, not on what.
_OWN = ("Tags", "RoleArn", "Role", "ExecutionRoleArn", "LoggingConfiguration", "LogConfiguration")
# What to do about a note.
_DO = "if it can change, call, feed or stop it, take it out, or add its type to a policy (policies/engine/relations)"
_LONGEST = 400


@dataclass(frozen=True)
class Note:
    """A resource that no policy judges: its logical id and type, what it names, and what to do."""

    resource: str
    type: str
    names: tuple[str, ...]
    text: str


def notes(template: Template, judged: Iterable[str]) -> list[Note]:
    """Return what to look at in a template; `judged` are the types that policies have in their scope or rely on."""
    known = {*judged, *_READ, *_HARMLESS}
    own = {one.logical_id for one in custom_resources(template)}
    return [
        note
        for resource in template.resources.values()
        if (resource.type not in known and not is_opaque(resource.type)) or resource.logical_id in own
        for note in _notes(template, resource)
    ]


def _notes(template: Template, resource: Resource) -> Iterator[Note]:
    paths = _known_paths(resource.type)
    named: dict[str, str] = {}
    for path, value in template.leaves(resource):
        place = _INDEX.sub("[]", path)
        if place.startswith(_OWN) or any(re.match(one, place) for one in paths):
            continue
        for one in names_of_ours(template, value):
            if one.logical_id != resource.logical_id and one.type != ROLE:
                named.setdefault(one.logical_id, path)
    if named:
        where = ", ".join(f"{name} ({path})" for name, path in named.items())
        text = f"no policy knows what it does with {where}; {_DO}"
        yield Note(resource.logical_id, resource.type, tuple(named), one_line(text, _LONGEST))


def _known_paths(kind: str) -> list[str]:
    """Return patterns of the paths of a type that the tables of relations read."""
    passing, holder = PASSING.get(kind), HOLDERS.get(kind)
    paths = [caller.path for caller in callers_of_type(kind)]
    paths += [*passing.sources, *passing.targets] if passing else []
    # What it is on, and its document, which is judged wherever it stands.
    paths += [holder.names, "Policy", "PolicyDocument", "ResourcePolicy"] if holder else []
    return [_pattern(path) for path in paths if path != LOGS]


def _pattern(path: str) -> str:
    return re.escape(path.removesuffix("[]")).replace(r"\*", r"[^.]+") + r"(?:$|\[|\.)"
