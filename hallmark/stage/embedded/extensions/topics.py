"""A topic's key, which the emulator's CloudFormation drops; no display name where none is set; SNS's default policy.

That policy is for requests of the owner, so a role without the right to publish may not publish.
https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
"""

import json

from ministack.core.responses import get_account_id
from ministack.services import sns

from hallmark.stage.embedded.extensions.provisioning import Properties, after

DEFAULT_POLICY = "__default_policy_ID"
_KEPT = ("KmsMasterKeyId", "DisplayName")


def _apply(arn: str, properties: Properties) -> None:
    attributes = sns._topics[arn]["attributes"]
    for name in _KEPT:
        attributes.pop(name, None)
        if properties.get(name):
            attributes[name] = properties[name]
    policy = json.loads(attributes.get("Policy") or "{}")
    if policy.get("Id") == DEFAULT_POLICY:
        policy["Statement"][0]["Condition"] = {"StringEquals": {"AWS:SourceOwner": get_account_id()}}
        attributes["Policy"] = json.dumps(policy)


def install() -> None:
    """Write the attributes as the template has them."""
    after("AWS::SNS::Topic", _apply)
