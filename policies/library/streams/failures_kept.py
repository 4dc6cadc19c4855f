"""What a reader of a stream fails at is tried again, and goes to somebody who keeps it.

By default one record that always fails holds up those behind it until it expires, and is lost then.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import MAPPING, TABLES
from policies.engine.policy import Policy
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import shown

_PIPE = "AWS::Pipes::Pipe"
_STREAMS = (":kinesis:", ":dynamodb:")
_KINDS = ("AWS::Kinesis::Stream", "AWS::Kinesis::StreamConsumer", *TABLES)
_FAILURE = "DestinationConfig.OnFailure.Destination"
_ATTEMPTS = "MaximumRetryAttempts"
# The parameters of a pipe's source that is a stream.
_SOURCES = ("KinesisStreamParameters", "DynamoDBStreamParameters")


class KeptRecords(Policy):
    scope = (MAPPING, _PIPE)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for mapping in template.of_type(MAPPING):
            if _reads_stream(template, mapping):
                yield from _problems(template, mapping, "", _FAILURE, parameters["minimum_attempts"])
        for pipe in template.of_type(_PIPE):
            for key in _SOURCES:
                place = f"SourceParameters.{key}"
                if isinstance(template.value(pipe, place), Mapping):
                    dead = f"{place}.DeadLetterConfig.Arn"
                    yield from _problems(template, pipe, f"{place}.", dead, parameters["minimum_attempts"])


def _reads_stream(template: Template, mapping: Resource) -> bool:
    """Return whether a mapping reads a stream: by its source, or where that cannot be resolved, by where it starts."""
    source = template.text(mapping.properties.get("EventSourceArn")) or ""
    if source.startswith("arn:"):
        return any(kind in source for kind in _STREAMS)
    # Of a type whose ARN cannot be resolved, the reference is left.
    named = template.resources.get(source.removeprefix("${").partition(".")[0].removesuffix("}"))
    if named is not None:
        return named.type in _KINDS
    kafka = any(template.value(mapping, key) is not None for key in ("Topics", "SelfManagedEventSource", "Queues"))
    return template.value(mapping, "StartingPosition") is not None and not kafka


def _problems(template: Template, reader: Resource, place: str, failure: str, least: int) -> Iterator[Finding]:
    if template.value(reader, failure) is None:
        yield Finding(reader.logical_id, failure, "nothing keeps a record that fails", "the ARN of a queue or a topic")
    attempts = template.value(reader, f"{place}{_ATTEMPTS}")
    number = template.number(attempts)
    # AWS's default, and -1, is as often as there is time.
    if attempts is not None and (number is None or (number < least and number != -1)):
        yield Finding(reader.logical_id, f"{place}{_ATTEMPTS}", shown(template, attempts), f"at least {least}")


policy = KeptRecords()
