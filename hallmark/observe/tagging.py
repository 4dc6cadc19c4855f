"""Commands of the AWS CLI that set and take a tag; forms as in `commands`, with the tag's name as the member."""

from collections.abc import Mapping

_EC2 = (
    *("FlowLog", "InternetGateway", "NetworkAcl", "RouteTable", "SecurityGroup", "Subnet", "VPC", "VPCEndpoint"),
    *("NatGateway", "NetworkInterface", "VPCPeeringConnection"),
)
_PAIR, _CAMEL, _PLAIN = "Key={member},Value={declared}", "key={member},value={declared}", "{member}={declared}"


def _by(service: str, resource: str, how: str = _PAIR, word: str = "") -> tuple[str, str]:
    """Return what sets and what takes a tag: `word` is behind `tag-` and `untag-`, `resource` says whose it is."""
    call = f"aws {service} %stag-{word or 'resource'} {resource}"
    return f"{call % ''} --tags {how}", f"{call % 'un'} --tag-keys {{member}}"


_BY_ARN = "--resource-arn {arn}"
# Type -> what sets a tag, and what takes it.
TAGGING: Mapping[str, tuple[str, str]] = {
    **{
        f"AWS::EC2::{kind}": (
            f"aws ec2 create-tags --resources {{physical}} --tags {_PAIR}",
            "aws ec2 delete-tags --resources {physical} --tags Key={member}",
        )
        for kind in _EC2
    },
    "AWS::CloudWatch::Alarm": _by("cloudwatch", _BY_ARN),
    "AWS::DynamoDB::Table": _by("dynamodb", _BY_ARN),
    "AWS::ECR::Repository": _by("ecr", _BY_ARN),
    "AWS::IAM::Role": _by("iam", "--role-name {name}", word="role"),
    "AWS::Lambda::Function": _by("lambda", "--resource {arn}", _PLAIN),
    "AWS::Logs::LogGroup": _by("logs", "--resource-arn {bare}", _PLAIN),
    "AWS::SNS::Topic": _by("sns", _BY_ARN),
    "AWS::SQS::Queue": _by("sqs", "--queue-url {physical}", _PLAIN, word="queue"),
    "AWS::StepFunctions::StateMachine": _by("stepfunctions", _BY_ARN, _CAMEL),
}
