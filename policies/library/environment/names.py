"""Every resource has a physical name that says its type, system, purpose and stage.

`{type}-{slug}-{purpose}-{stage}`; a bucket has its account before the stage, for such names are shared by the whole
world; a log group has AWS's prefix and then the name of what writes to it; a model, which is inside of its API, is
alphanumeric. What has no name but its tag `Name` has it there, where that is no path of the CDK's constructs.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import API_STAGE, BUCKET, LOG_GROUP
from policies.engine.names import name_paths
from policies.engine.policy import Policy
from policies.engine.template.identity import NAMED
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

# The customer's word for each type, which begins names. Other types may have any word.
_TYPES = {
    "AWS::ApiGateway::ApiKey": "key",
    "AWS::ApiGateway::RequestValidator": "validator",
    "AWS::ApiGateway::RestApi": "apigw",
    "AWS::ApiGateway::UsagePlan": "plan",
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::DynamoDB::GlobalTable": "dynamodb",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::EC2::SecurityGroup": "securitygroup",
    "AWS::ECR::Repository": "ecr",
    "AWS::Events::Archive": "archive",
    "AWS::Events::EventBus": "bus",
    "AWS::Events::Rule": "rule",
    "AWS::IAM::Role": "role",
    "AWS::Lambda::Function": "lambda",
    "AWS::Lambda::LayerVersion": "layer",
    "AWS::Logs::ResourcePolicy": "policy",
    "AWS::S3::Bucket": "s3",
    "AWS::SNS::Topic": "sns",
    "AWS::SQS::Queue": "sqs",
    "AWS::StepFunctions::StateMachine": "sfn",
}
# The most characters that AWS takes, by the word, where names of ours could come near.
LONGEST = {"alarm": 255, "archive": 48, "bus": 256, "dynamodb": 255, "lambda": 64, "role": 64, "rule": 64}
LONGEST |= {"ecr": 256, "s3": 63, "sfn": 80, "sns": 256, "sqs": 80}
# The value of a Name tag, but of a group, which has a name.
LONGEST |= {"endpoint": 256, "flowlog": 256, "routetable": 256, "securitygroup": 255, "subnet": 256, "vpc": 256}
_MODEL = "AWS::ApiGateway::Model"
# Types that CloudFormation names after the stack where they have no name: separate, but not as ours are.
_ALSO_NAMED = {"AWS::EC2::SecurityGroup": "GroupName"}
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
_NAMED_BY_TAG, _TAG = "AWS::EC2::", "Tags.Name"
# The CDK tags what it makes with the path of its construct.
_CONSTRUCT = "/"
_ANY, _PURPOSE = "{type}", "{purpose}"
# Such as /aws/lambda/, /aws/vendedlogs/states/ and, where AWS asks for none, /vpc/.
_LOG_PREFIX = re.compile(r"^/(?:[A-Za-z-]+/)+")


class PhysicalNames(Policy):
    scope = tuple(NAMED)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for resource in template.resources.values():
            if resource.type == _MODEL:
                yield from _model(template, resource)
            # An API's stage has our stage's name, and is inside its API.
            elif resource.type != API_STAGE:
                yield from _names(template, resource, parameters["slug"], parameters["stage"])
                yield from _tag(template, resource, parameters["slug"], parameters["stage"])


def _names(template: Template, resource: Resource, slug: str, stage: str) -> Iterator[Finding]:
    account = f"-{template.account}" if resource.type == BUCKET else ""
    wanted = f"{_TYPES.get(resource.type, _ANY)}-{slug}-{_PURPOSE}{account}-{stage}"
    for path in {**dict.fromkeys(name_paths(resource)), **_also_named(resource)}:
        name = template.value(resource, path)
        if name is None:
            yield Finding(resource.logical_id, path, "none: CloudFormation makes one", wanted)
        elif not isinstance(name, str) or not _pattern(wanted).fullmatch(_own(resource, name)):
            yield Finding(resource.logical_id, path, str(name), wanted)
        elif len(name) > LONGEST.get(_TYPES.get(resource.type, ""), len(name)):
            longest = LONGEST[_TYPES[resource.type]]
            yield Finding(resource.logical_id, path, f"{name}: {len(name)} characters", f"at most {longest}")


def _also_named(resource: Resource) -> dict[str, None]:
    return dict.fromkeys([_ALSO_NAMED[resource.type]] if resource.type in _ALSO_NAMED else [])


def _tag(template: Template, resource: Resource, slug: str, stage: str) -> Iterator[Finding]:
    """Yield a tag that is all the name of what has no other, and is another."""
    tags = template.value(resource, "Tags") if resource.type.startswith(_NAMED_BY_TAG) else None
    for tag in tags if isinstance(tags, list) else ():
        name = tag.get("Value") if isinstance(tag, Mapping) and tag.get("Key") == "Name" else ""
        wanted = f"{_TYPES.get(resource.type, _ANY)}-{slug}-{_PURPOSE}-{stage}"
        text = text_of(name)
        if text is None or (text and _CONSTRUCT not in text and not _pattern(wanted).fullmatch(text)):
            yield Finding(resource.logical_id, _TAG, UNRESOLVED if text is None else text, wanted)


def _own(resource: Resource, name: str) -> str:
    """Return a name without a log group's prefix or AWS's suffix; a log group without a prefix never matches."""
    if resource.type == LOG_GROUP:
        found = _LOG_PREFIX.match(name)
        return name[found.end() :] if found else f"/{name}"
    return name.removesuffix(".fifo")


def _pattern(wanted: str) -> re.Pattern[str]:
    word = "[a-z0-9]+(?:-[a-z0-9]+)*"
    text = re.escape(wanted)
    return re.compile(text.replace(re.escape(_ANY), "[a-z0-9]+").replace(re.escape(_PURPOSE), word))


def _model(template: Template, model: Resource) -> Iterator[Finding]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-model.html"""
    name = template.value(model, "Name")
    if name is not None and not re.fullmatch("[A-Za-z0-9]+", str(name)):
        yield Finding(model.logical_id, "Name", str(name), "letters and digits, or none")


policy = PhysicalNames()
