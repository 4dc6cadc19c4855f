"""What keeps data encrypts them: where AWS does so by itself, it is not switched off; elsewhere it is switched on.

SQS and S3 encrypt by default, SNS, Kinesis and Firehose do not.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-sqs-sse-queue.html
https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
https://docs.aws.amazon.com/streams/latest/dg/server-side-encryption.html
https://docs.aws.amazon.com/firehose/latest/dev/encryption.html
"""

from collections.abc import Callable, Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import BUCKET, QUEUE, TOPIC
from policies.engine.policy import Policy
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_off, is_true, shown

_STREAM, _FIREHOSE, _FILES = "AWS::Kinesis::Stream", "AWS::KinesisFirehose::DeliveryStream", "AWS::EFS::FileSystem"
_RULES = "BucketEncryption.ServerSideEncryptionConfiguration"
_DIRECT = (None, "DirectPut")


class EncryptedAtRest(Policy):
    scope = (BUCKET, QUEUE, TOPIC, _STREAM, _FIREHOSE, _FILES)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for kind, problems in _KINDS.items():
            for resource in template.of_type(kind):
                yield from problems(template, resource)


def _bucket(template: Template, bucket: Resource) -> Iterator[Finding]:
    if template.value(bucket, "BucketEncryption") is UNKNOWN:
        yield Finding(bucket.logical_id, _RULES, shown(template, UNKNOWN), "AES256, aws:kms or aws:kms:dsse")


def _queue(template: Template, queue: Resource) -> Iterator[Finding]:
    own, key = template.value(queue, "SqsManagedSseEnabled"), template.value(queue, "KmsMasterKeyId")
    if own is not None and key in (None, "") and not is_true(template, own):
        yield Finding(queue.logical_id, "SqsManagedSseEnabled", shown(template, own), "true, or a KmsMasterKeyId")


def _topic(template: Template, topic: Resource) -> Iterator[Finding]:
    key = template.value(topic, "KmsMasterKeyId")
    if key in (None, ""):
        yield Finding(topic.logical_id, "KmsMasterKeyId", "no key: SNS keeps messages unencrypted", "a key of KMS")


def _stream(template: Template, stream: Resource) -> Iterator[Finding]:
    kind = template.value(stream, "StreamEncryption.EncryptionType")
    if kind != "KMS":
        found = "missing, so NONE" if kind is None else shown(template, kind)
        yield Finding(stream.logical_id, "StreamEncryption.EncryptionType", found, "KMS")


def _firehose(template: Template, stream: Resource) -> Iterator[Finding]:
    # What comes from a stream has that stream's encryption.
    if template.value(stream, "DeliveryStreamType") not in _DIRECT:
        return
    path = "DeliveryStreamEncryptionConfigurationInput"
    if template.value(stream, path) is None:
        yield Finding(stream.logical_id, path, "missing: what waits is not encrypted", "a KeyType")


def _files(template: Template, files: Resource) -> Iterator[Finding]:
    flag = template.value(files, "Encrypted")
    if is_off(flag) or not is_true(template, flag):
        yield Finding(files.logical_id, "Encrypted", shown(template, flag), "true")


_KINDS: dict[str, Callable[[Template, Resource], Iterator[Finding]]] = {
    BUCKET: _bucket,
    QUEUE: _queue,
    TOPIC: _topic,
    _STREAM: _stream,
    _FIREHOSE: _firehose,
    _FILES: _files,
}
policy = EncryptedAtRest()
