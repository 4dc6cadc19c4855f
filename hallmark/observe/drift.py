"""The differences between the synthesized template and the deployed stage."""

from collections.abc import Collection, Iterator
from typing import Any

from hallmark.observe.deployment import Json
from hallmark.observe.difference import Difference
from hallmark.observe.normal import defaults, normal
from hallmark.observe.readers import READERS
from hallmark.observe.template import marked
from hallmark.policies import template_of
from hallmark.synthesized import templates
from hallmark.together import joined, with_stacks
from infra.errors import UserError
from policies.engine.finding import UNRESOLVED
from policies.engine.kinds import FUNCTION
from policies.engine.services.versions import whole
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

__all__ = ["Difference", "declared", "drift"]
# Properties that cannot be changed, and whose value a template may leave to the deployment: the region's zones.
LEFT_OPEN = {"AWS::EC2::Subnet": ("AvailabilityZone", "CidrBlock")}


def declared(system: str, stage: str) -> Json:
    """Return the synthesized templates of a stage, as one; UserError when there are none."""
    return with_stacks(joined({one.stack: one.body for one in templates(system, stage)}))


def drift(template: Json, observed: Json, readable: Collection[str] = READERS) -> list[Difference]:
    """Return every difference, in the order of the declared template, then what is not declared.

    `readable` are the types that are read back. Raises UserError for a declared type that is not: its drift would be
    unknown.
    """
    account = observed["Metadata"]["Hallmark"]["Account"]
    left, right = template_of(marked(template, account)), template_of(observed)
    unread = sorted({one.type for one in left.resources.values()} - set(readable) - {"AWS::CDK::Metadata"})
    if unread:
        raise UserError(f"{unread[0]} cannot be read back: add its reader to hallmark/observe/readers")
    found: list[Difference] = []
    for name, resource in left.resources.items():
        other = right.resources.get(name)
        if other is None or other.type != resource.type:
            found.append(Difference(name, resource.type, "missing"))
        else:
            found.extend(_differences(name, resource.type, _properties(left, name), _properties(right, name)))
    for name, one in right.resources.items():
        if name not in left.resources:
            found.extend(_undeclared(left, right, one))
    return found


def _undeclared(left: Template, right: Template, one: Resource) -> Iterator[Difference]:
    """Yield how the settings of a version differ from its function's as declared; anything else is added as a whole."""
    function = left.resources.get(whole(right, one).logical_id) if one.type == FUNCTION else None
    if function is None:
        yield Difference(one.logical_id, one.type, "added")
        return
    own = {**_properties(right, one.logical_id), "FunctionName": left.name(function)}
    yield from _differences(one.logical_id, one.type, _properties(left, function.logical_id), own)


def _properties(template: Template, name: str) -> Json:
    resource = template.resources[name]
    return {key: template.resolve(value) for key, value in resource.properties.items()}


def _differences(name: str, kind: str, declared: Json, observed: Json) -> Iterator[Difference]:
    wanted, there, unset = normal(kind, declared), normal(kind, observed), defaults(kind)
    if wanted.pop("Code.ZipFile", None):
        # CloudFormation packs code that is written into a template: its hash is not known beforehand.
        there.pop("Code.S3Key", None)
    for path in LEFT_OPEN.get(kind, ()):
        if wanted.get(path) == UNRESOLVED and path in there:
            del wanted[path], there[path]
    for path in dict.fromkeys([*wanted, *there]):
        left, right = wanted.get(path, unset.get(path)), there.get(path, unset.get(path))
        if not _same(left, right):
            yield Difference(name, kind, "changed", path, _told(left), _told(right))


def _same(left: Any, right: Any) -> bool:
    """Return whether two values are equal; a frozenset equals each of its members."""
    choices, other = (left, right) if isinstance(left, frozenset) else (right, left)
    return bool(other in choices if isinstance(choices, frozenset) else other == choices)


def _told(value: Any) -> Any:
    return " or ".join(sorted(value)) if isinstance(value, frozenset) else value
