"""Nothing outlives its stack: nothing is retained or protected, and no helper's function has to empty it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import REPOSITORY
from policies.engine.policy import WHOLE, Policy
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, shown
from policies.engine.template.walking import walk

_GONE, _EMPTIED = "Delete", "EmptyOnDelete"
_ATTRIBUTES = ("DeletionPolicy", "UpdateReplacePolicy")
# CloudFormation's default for these types is a snapshot, for others deletion.
_SNAPSHOT = {"AWS::RDS::DBCluster", "AWS::RDS::DBInstance"}
# Ends of properties, in lower case, that protect a resource from deletion, and the values that do not.
_PROTECTIONS = (
    "deletionprotection",
    "deletionprotectionenabled",
    "disableapitermination",
    "enabledeletionprotection",
    "enableterminationprotection",
    "objectlockenabled",
    "terminationprotection",
    "terminationprotected",
)
_OFF = ("", "false", "inactive", "disabled", "none")
# The CDK's helpers, which empty buckets and repositories by a function of their own.
_HELPERS = ("Custom::S3AutoDeleteObjects", "Custom::ECRAutoDeleteImages")


class Destroyable(Policy):
    scope = WHOLE

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for resource in template.resources.values():
            for attribute in _ATTRIBUTES:
                own = resource.raw.get(attribute, _default(resource, attribute))
                if own != _GONE:
                    kept = str(own) if attribute in resource.raw else f"missing, so {own}"
                    yield Finding(resource.logical_id, attribute, kept, _GONE)
            yield from _protections(template, resource)
            yield from _full(template, resource)
        for helper in template.of_type(*_HELPERS):
            yield Finding(
                helper.logical_id, "Type", helper.type, "no helper: whoever deletes the stack empties it first"
            )


def _default(resource: Resource, attribute: str) -> str:
    """Return CloudFormation's default; an instance of a cluster is deleted with it."""
    alone = "DBClusterIdentifier" not in resource.properties
    return "Snapshot" if attribute == _ATTRIBUTES[0] and resource.type in _SNAPSHOT and alone else _GONE


def _full(template: Template, resource: Resource) -> Iterator[Finding]:
    """Yield a repository that is not deleted while it has images.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html
    """
    if resource.type == REPOSITORY and not is_true(template, template.value(resource, _EMPTIED)):
        found = str(template.value(resource, _EMPTIED) or "missing, so false")
        yield Finding(resource.logical_id, _EMPTIED, found, "true: with images it would stay")


def _protections(template: Template, resource: Resource) -> Iterator[Finding]:
    for path, raw in walk(resource.properties):
        value = template.resolve([raw])
        if path.rpartition(".")[2].lower() in _PROTECTIONS and value and str(value[0]).lower() not in _OFF:
            yield Finding(resource.logical_id, path, shown(template, raw), "no protection")


policy = Destroyable()
