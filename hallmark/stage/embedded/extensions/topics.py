"""A topic's key, which the emulator's CloudFormation drops; and no display name where none is set.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
"""

from ministack.services import sns

from hallmark.stage.embedded.extensions.provisioning import Properties, after

_KEPT = ("KmsMasterKeyId", "DisplayName")


def _apply(arn: str, properties: Properties) -> None:
    attributes = sns._topics[arn]["attributes"]
    for name in _KEPT:
        attributes.pop(name, None)
        if properties.get(name):
            attributes[name] = properties[name]


def install() -> None:
    """Write the attributes as the template has them."""
    after("AWS::SNS::Topic", _apply)
