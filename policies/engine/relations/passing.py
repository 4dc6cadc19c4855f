"""The resource types that pass on what arrives somewhere: where from, and where to.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions-recursion-prevention.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html
"""

from dataclasses import dataclass

from policies.engine.kinds import (
    BUCKET,
    BUS,
    GLOBAL_TABLE,
    INVOKE_CONFIG,
    MAPPING,
    QUEUE,
    RULE,
    SUBSCRIPTION,
    TABLE,
    TOPIC,
    WORKFLOW,
)

# A source that is every log group of the account.
LOGS = "*logs"


@dataclass(frozen=True)
class Passing:
    """The properties with what a resource takes from, and those with what it hands on to.

    Without a source it hands on what arrives at itself.
    """

    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


_FAILED = "DestinationConfig.OnFailure.Destination"
_STREAM = "KinesisStreamSpecification.StreamArn"
_NOTIFIED = tuple(
    f"NotificationConfiguration.{kind}Configurations[].{key}"
    for kind, key in (("Lambda", "Function"), ("Queue", "Queue"), ("Topic", "Topic"))
)
_PROCESSORS = "*.ProcessingConfiguration.Processors[].Parameters[].ParameterValue"
# A definition that the template does not show.
IN_A_BUCKET = "DefinitionS3Location"
_DEFINITION = ("DefinitionString", "Definition", "DefinitionSubstitutions", IN_A_BUCKET)

PASSING: dict[str, Passing] = {
    RULE: Passing(("EventBusName",), ("Targets[].Arn", "Targets[].DeadLetterConfig.Arn")),
    BUCKET: Passing((), (*_NOTIFIED, "ReplicationConfiguration.Rules[].Destination.Bucket")),
    BUS: Passing((), ("DeadLetterConfig.Arn",)),
    TABLE: Passing((), (_STREAM,)),
    GLOBAL_TABLE: Passing((), (f"Replicas[].{_STREAM}",)),
    INVOKE_CONFIG: Passing(("FunctionName",), ("DestinationConfig.OnSuccess.Destination", _FAILED)),
    MAPPING: Passing(("EventSourceArn",), ("FunctionName", _FAILED)),
    QUEUE: Passing((), ("RedrivePolicy.deadLetterTargetArn",)),
    SUBSCRIPTION: Passing(("TopicArn",), ("Endpoint", "RedrivePolicy.deadLetterTargetArn")),
    TOPIC: Passing((), ("Subscription[].Endpoint",)),
    WORKFLOW: Passing((), _DEFINITION),
    "AWS::EventsV2::Subscriber": Passing(
        ("EventBusArn",), ("InvokeConfiguration.TargetArn", "OnFailureConfiguration.Arn")
    ),
    "AWS::Kinesis::StreamConsumer": Passing(("StreamARN",)),
    "AWS::KinesisAnalytics::Application": Passing(
        ("Inputs[].KinesisStreamsInput.ResourceARN", "Inputs[].KinesisFirehoseInput.ResourceARN"),
        ("Inputs[].InputProcessingConfiguration.InputLambdaProcessor.ResourceARN",),
    ),
    "AWS::KinesisAnalytics::ApplicationOutput": Passing(("ApplicationName",), ("Output.*.ResourceARN",)),
    "AWS::KinesisAnalyticsV2::ApplicationOutput": Passing(("ApplicationName",), ("Output.*.ResourceARN",)),
    "AWS::KinesisFirehose::DeliveryStream": Passing(
        ("KinesisStreamSourceConfiguration.KinesisStreamARN",), (_PROCESSORS, "*.BucketARN")
    ),
    "AWS::Logs::AccountPolicy": Passing((LOGS,), ("PolicyDocument.DestinationArn",)),
    "AWS::Logs::Delivery": Passing(("DeliverySourceName",), ("DeliveryDestinationArn",)),
    "AWS::Logs::DeliveryDestination": Passing((), ("DestinationResourceArn",)),
    "AWS::Logs::DeliverySource": Passing(("ResourceArn",)),
    "AWS::Logs::Destination": Passing((), ("TargetArn",)),
    "AWS::Logs::SubscriptionFilter": Passing(("LogGroupName",), ("DestinationArn",)),
    "AWS::Pipes::Pipe": Passing(("Source",), ("Enrichment", "Target")),
}
