"""The stage is in every physical name, and nothing points to the other stage.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-ug-working-with-stacks.html
"""

import re
from collections.abc import Iterator
from typing import Any

from support.catalogue import STAGES
from support.finding import TEMPLATE, Finding
from support.policy import Policy
from support.template import Resource, Template, walk

# type: the property with its physical name. Without one CloudFormation makes a name, from the name of the stack.
_NAMED = {
    "AWS::ApiGateway::ApiKey": "Name",
    "AWS::ApiGateway::RequestValidator": "Name",
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::ApiGateway::Stage": "StageName",
    "AWS::ApiGateway::UsagePlan": "UsagePlanName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::Archive": "ArchiveName",
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Logs::ResourcePolicy": "PolicyName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
}
# Names that are unique inside something that has a name of its own.
_INNER = ("AWS::Lambda::Alias", "AWS::ApiGateway::Model", "AWS::Lambda::Version")
_PROSE = ("Description", "AlarmDescription", "Schema", "ResponseTemplates")


class SeparateStages(Policy):
    scope = tuple(_NAMED)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        stage = parameters["stage"]
        if stage not in STAGES:
            yield Finding(TEMPLATE, "Metadata.Hallmark.Stage", str(stage or "no stage"), "dev or prod")
            return
        other = next(iter(STAGES - {stage}))
        if template.marked_stage not in ("", stage):
            yield Finding(TEMPLATE, "Metadata.Hallmark.Stage", template.marked_stage, stage)
        for resource in template.resources.values():
            yield from _name(template, resource, stage)
            yield from _others(template, resource, other)
        outputs = template.document.get("Outputs", {})
        for path, raw in walk(outputs if isinstance(outputs, dict) else {}):
            if other in _words(template.text(raw) or str(raw)):
                yield Finding(TEMPLATE, f"Outputs.{path}", template.text(raw) or str(raw), f"nothing of {other}")


def _name(template: Template, resource: Resource, stage: str) -> Iterator[Finding]:
    path = _NAMED.get(resource.type) or _name_property(resource)
    if not path:
        return
    name = template.value(resource, path)
    if not isinstance(name, str) or stage not in _words(name):
        found = "none: CloudFormation makes one" if name is None else str(name)
        yield Finding(resource.logical_id, path, found, f"a physical name with the word {stage}")


def _name_property(resource: Resource) -> str:
    """Of a type that nobody has listed: `Name`, or the type's own name with `Name` behind it."""
    own = resource.type.rpartition("::")[2] + "Name"
    candidates = [path for path in ("Name", own) if path in resource.properties]
    return candidates[0] if candidates and resource.type not in _INNER else ""


def _others(template: Template, resource: Resource, other: str) -> Iterator[Finding]:
    for path, raw in walk(resource.properties):
        text = template.text(raw) or str(raw)
        if not path.startswith(_PROSE) and other in _words(text):
            yield Finding(resource.logical_id, path, text, f"nothing of {other}")
    if other == str(resource.metadata.get("Hallmark", {}).get("Stage", "")):
        yield Finding(resource.logical_id, "Metadata.Hallmark.Stage", other, f"nothing of {other}")


def _words(text: str) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", re.sub(r"\$\{[^}]*\}", " ", text).lower()))


check = SeparateStages()
