"""Tags of event source mappings, which the emulator's CloudFormation drops.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
"""

from ministack.services import lambda_svc

from hallmark.stage.embedded.extensions.provisioning import Properties, after


def _apply(uuid: str, properties: Properties) -> None:
    lambda_svc._esms[uuid]["Tags"] = {one["Key"]: one["Value"] for one in properties.get("Tags") or []}


def install() -> None:
    """Write the tags as the template has them."""
    after("AWS::Lambda::EventSourceMapping", _apply)
