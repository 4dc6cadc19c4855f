"""The mapping of a table's stream to a function: a record that fails blocks nothing for long."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.function.base import Function
from infra.constructs.role import allow


@dataclass(frozen=True)
class Reading:
    """How a stream is read: records of a batch, how long one is gathered, batches of a shard at once, and how often
    and for how long a failing record is tried again."""

    batch: int
    window: Duration
    parallel: int
    retries: int
    record_age: Duration
    # What a record must be like, as a pattern of Lambda's event filtering.
    pattern: Mapping[str, Any]


class StreamMapping(Construct):
    """From the oldest record on, with partial failures, bisected batches and a queue for what fails."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stream_arn: str,
        function: Function,
        reading: Reading,
        failure: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        mapping = lambda_.CfnEventSourceMapping
        mapping(
            self,
            "Resource",
            event_source_arn=stream_arn,
            function_name=function.entry.function_arn,
            # LATEST would leave out what is written before the mapping is enabled.
            starting_position="TRIM_HORIZON",
            batch_size=reading.batch,
            maximum_batching_window_in_seconds=int(reading.window.to_seconds()),
            parallelization_factor=reading.parallel,
            function_response_types=["ReportBatchItemFailures"],
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=reading.retries,
            maximum_record_age_in_seconds=int(reading.record_age.to_seconds()),
            filter_criteria=mapping.FilterCriteriaProperty(
                filters=[mapping.FilterProperty(pattern=json.dumps(reading.pattern))]
            ),
            destination_config=mapping.DestinationConfigProperty(
                on_failure=mapping.OnFailureProperty(destination=failure.queue_arn)
            ),
        )


def read_stream(stream_arn: str, failure: sqs.IQueue) -> list[iam.PolicyStatement]:
    """Return what Lambda does with the function's role: it reads the stream, and sends what fails to the queue.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html
    """
    actions = [f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")]
    return [allow("ReadStream", actions, stream_arn), allow("FailureQueue", ["sqs:SendMessage"], failure.queue_arn)]
