"""The properties that hold the physical names of types.

Without one CloudFormation makes a name from the stack's.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
"""

from collections.abc import Iterator, Mapping

from policies.engine.template.identity import NAMED
from policies.engine.template.resource import Resource

# Names that are unique inside something that has a name of its own.
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
_INNER = (
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Model",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolGroup",
    "AWS::IAM::GroupPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::UserPolicy",
    "AWS::Kinesis::StreamConsumer",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Version",
    "AWS::Logs::LogStream",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::SubscriptionFilter",
)


def name_paths(resource: Resource) -> Iterator[str]:
    """Yield the properties with a resource's physical names.

    Of a type that is not listed: `Name`, or the end of the type's own name with `Name` behind it. Some have it
    inside their input, such as `DatabaseInput.Name`.
    """
    if resource.type in NAMED:
        yield NAMED[resource.type]
        return
    if resource.type in _INNER:
        return
    own = resource.type.rpartition("::")[2]
    inside = {f"{key}.": value for key, value in resource.properties.items() if str(key).startswith(own)}
    for place, properties in {"": resource.properties, **inside}.items():
        for key in map(str, properties if isinstance(properties, Mapping) else ()):
            if key.endswith("Name") and own.endswith(key.removesuffix("Name")):
                yield f"{place}{key}"
