"""Queues and their policies.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
"""

import json
from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, documents, picked, tags

QUEUE, POLICY = "AWS::SQS::Queue", "AWS::SQS::QueuePolicy"
_NUMBERS = (
    *("MessageRetentionPeriod", "VisibilityTimeout", "DelaySeconds", "MaximumMessageSize"),
    *("ReceiveMessageWaitTimeSeconds", "KmsDataKeyReusePeriodSeconds"),
)
_FLAGS = ("SqsManagedSseEnabled", "FifoQueue", "ContentBasedDeduplication")
_TEXTS = ("KmsMasterKeyId", "DeduplicationScope", "FifoThroughputLimit")
_DOCUMENTS = ("RedrivePolicy", "RedriveAllowPolicy")


def _attributes(deployment: Deployment) -> Iterator[tuple[str, Json]]:
    for url in deployment.pages("sqs", "list_queues", "QueueUrls"):
        if deployment.is_ours(QUEUE, url, url.rsplit("/", 1)[1]):
            found = deployment.asked("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
            yield url, found["Attributes"]


def queues(deployment: Deployment) -> Iterator[Thing]:
    """Yield the queues; SQS returns every attribute as a text."""
    for url, attributes in _attributes(deployment):
        properties: Json = {"QueueName": url.rsplit("/", 1)[1], **picked(attributes, *_TEXTS)}
        properties |= {name: int(value) for name, value in picked(attributes, *_NUMBERS).items()}
        properties |= {name: value == "true" for name, value in picked(attributes, *_FLAGS).items()}
        properties |= documents(attributes, *_DOCUMENTS)
        found = deployment.asked("sqs", "list_queue_tags", QueueUrl=url).get("Tags")
        yield Thing(QUEUE, url, properties | tags(found))


def policies(deployment: Deployment) -> Iterator[Thing]:
    """Yield each queue's policy."""
    for url, attributes in _attributes(deployment):
        if attributes.get("Policy"):
            properties = {"Queues": [deployment.ref(QUEUE, url)], "PolicyDocument": json.loads(attributes["Policy"])}
            yield Thing(POLICY, url, properties, ("Queues",))


READERS = {QUEUE: queues, POLICY: policies}
