"""Synthesized templates for tests, their references resolved to names and ARNs.

On purpose not the policies' engine: who checks the templates here does not look through the eyes that judge them.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CDK_OUT, OPTIONAL = ROOT / "build" / "cdk.out", ROOT / "build" / "cdk.optional"
ACCOUNT = "123456789012"
# type: (property that holds the physical name, service and resource of its ARN)
NAMED = {
    "AWS::Events::EventBus": ("Name", "events", "event-bus/"),
    "AWS::DynamoDB::Table": ("TableName", "dynamodb", "table/"),
    "AWS::SQS::Queue": ("QueueName", "sqs", ""),
    "AWS::SNS::Topic": ("TopicName", "sns", ""),
    "AWS::Lambda::Function": ("FunctionName", "lambda", "function:"),
    "AWS::Logs::LogGroup": ("LogGroupName", "logs", "log-group:"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "states", "stateMachine:"),
}
# What a Ref of theirs gives: the ARN, instead of the name.
_REF_IS_ARN = ("AWS::SNS::Topic", "AWS::StepFunctions::StateMachine")


class Template:
    """A template with every reference resolved as CloudFormation would in account 123456789012.

    What only CloudFormation knows becomes `${LogicalId}` or `${LogicalId.Attribute}`. `form` is that of the physical
    names, with `{thing}` and `{stage}`.
    """

    def __init__(self, body: dict[str, Any], stage: str, form: str) -> None:
        self.stage, self.raw, self._form = stage, body, form
        self.region: str = body["Metadata"]["Hallmark"]["Region"]
        self._pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::URLSuffix": "amazonaws.com",
        }
        self._resources = body["Resources"]
        self.body: dict[str, Any] = self._resolved(body)

    def of_type(self, kind: str) -> dict[str, Any]:
        """Logical id -> whole resource."""
        return {key: value for key, value in self.body["Resources"].items() if value["Type"] == kind}

    def properties(self, kind: str) -> list[dict[str, Any]]:
        return [dict(resource.get("Properties", {})) for resource in self.of_type(kind).values()]

    def named(self, kind: str, thing: str, key: str) -> dict[str, Any]:
        """The properties of the one resource whose property `key` is the physical name of the thing."""
        wanted = self.name(thing)
        found = [props for props in self.properties(kind) if props.get(key) == wanted]
        assert len(found) == 1, f"{kind} {wanted}: {len(found)} found"
        return found[0]

    def name(self, thing: str) -> str:
        return self._form.format(thing=thing, stage=self.stage)

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{ACCOUNT}:{resource}"

    def rule_arn(self, bus: str, rule: str) -> str:
        return self.arn("events", f"rule/{self.name(bus)}/{self.name(rule)}")

    def queue_statements(self, thing: str) -> list[dict[str, Any]]:
        """The statements of a queue's one policy."""
        url = f"https://sqs.{self.region}.amazonaws.com/{ACCOUNT}/{self.name(thing)}"
        policies = [props for props in self.properties("AWS::SQS::QueuePolicy") if url in props["Queues"]]
        assert len(policies) == 1, f"{thing}: {len(policies)} policies"
        statements: list[dict[str, Any]] = policies[0]["PolicyDocument"]["Statement"]
        return statements

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._resolved(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            if "Ref" in value:
                return self._ref(value["Ref"])
            if "Fn::GetAtt" in value:
                return self._attribute(*value["Fn::GetAtt"])
            if "Fn::Join" in value:
                separator, parts = value["Fn::Join"]
                return separator.join(self._resolved(parts))
            if isinstance(value.get("Fn::Sub"), str):
                return self._substituted(value["Fn::Sub"])
        return {key: self._resolved(item) for key, item in value.items()}

    def _substituted(self, text: str) -> str:
        for name, value in self._pseudo.items():
            text = text.replace(f"${{{name}}}", value)
        return text

    def _ref(self, target: str) -> str:
        if target in self._pseudo:
            return self._pseudo[target]
        if target not in self._resources:
            return f"${{{target}}}"
        kind, props = self._resources[target]["Type"], self._resources[target].get("Properties", {})
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{self.region}.amazonaws.com/{ACCOUNT}/{props['QueueName']}"
        if kind in _REF_IS_ARN:
            return self._attribute(target, "Arn")
        if kind == "AWS::Lambda::Alias":
            return f"{self._attribute(props['FunctionName']['Ref'], 'Arn')}:{props['Name']}"
        if kind in NAMED:
            return str(props[NAMED[kind][0]])
        if kind == "AWS::S3::Bucket":
            return str(self._resolved(props["BucketName"]))
        return f"${{{target}}}"

    def _attribute(self, target: str, attribute: str) -> str:
        kind, props = self._resources[target]["Type"], self._resources[target].get("Properties", {})
        if kind == "AWS::S3::Bucket" and attribute == "Arn":
            return f"arn:aws:s3:::{self._ref(target)}"
        if kind == "AWS::IAM::Role" and attribute == "Arn":
            return f"arn:aws:iam::{ACCOUNT}:role/{props['RoleName']}"
        if kind == "AWS::SQS::Queue" and attribute == "QueueName":
            return str(props["QueueName"])
        if kind in NAMED and attribute == "Arn":
            key, service, prefix = NAMED[kind]
            suffix = ":*" if kind == "AWS::Logs::LogGroup" else ""
            return self.arn(service, f"{prefix}{props[key]}{suffix}")
        return f"${{{target}.{attribute}}}"


def read_template(stack: str, folder: Path = CDK_OUT) -> dict[str, Any]:
    """Return a template of the assembly; the test fails when there is none."""
    file = folder / f"{stack}.template.json"
    if not file.is_file():
        pytest.fail(f"{file.relative_to(ROOT)} is missing: run `python -m hallmark build`", pytrace=False)
    body: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return body


def tags_of(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of a resource."""
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", ())}
