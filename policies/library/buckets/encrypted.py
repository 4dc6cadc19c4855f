"""Every bucket encrypts with the AWS-managed key, and refuses uploads that do not say so or name another key.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.iam.resource_policies import several_policies
from policies.engine.kinds import BUCKET, BUCKET_POLICY
from policies.engine.policy import Policy
from policies.engine.services.storage import denies, missing_denial
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_aws_key

_ALGORITHM = "s3:x-amz-server-side-encryption"
_KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
_DENIALS = {
    "an upload without the encryption header": ("Null", _ALGORITHM, "true"),
    "an upload with another algorithm": ("StringNotEquals", _ALGORITHM, "aws:kms"),
    "an upload with a customer key id": ("Null", _KEY_ID, "false"),
}
# It has no AWS-managed key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-UsingKMSEncryption.html
_DIRECTORY = "AWS::S3Express::DirectoryBucket"
_PATH = "BucketEncryption.ServerSideEncryptionConfiguration"


class BucketEncrypted(Policy):
    scope = (BUCKET,)
    relies_on = (BUCKET_POLICY,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for bucket in template.of_type(BUCKET):
            yield from _default_problems(template, bucket)
            objects = f"{template.arn(bucket)}/*"
            for what, (operator, key, value) in _DENIALS.items():
                if not denies(template, bucket, "s3:PutObject", objects, {(operator.lower(), key): (value,)}):
                    condition = f'{{"{operator}": {{"{key}": "{value}"}}}}'
                    wanted = f"Deny of s3:PutObject on all objects to everybody if only {condition}"
                    yield from missing_denial(template, bucket, what, wanted)
            yield from several_policies(template, bucket, "BucketPolicy")
        for bucket in template.of_type(_DIRECTORY):
            yield Finding(bucket.logical_id, "Type", "a directory bucket, without an AWS-managed key", BUCKET)


def _default_problems(template: Template, bucket: Resource) -> Iterator[Finding]:
    rules = template.value(bucket, _PATH)
    if not isinstance(rules, list) or not rules:
        yield Finding(bucket.logical_id, _PATH, "no default encryption, or unknown", "aws:kms")
        return
    for index, rule in enumerate(rules):
        default = rule.get("ServerSideEncryptionByDefault") if isinstance(rule, Mapping) else None
        own = default if isinstance(default, Mapping) else {}
        path = f"{_PATH}[{index}].ServerSideEncryptionByDefault"
        if own.get("SSEAlgorithm") != "aws:kms":
            yield Finding(bucket.logical_id, f"{path}.SSEAlgorithm", str(own.get("SSEAlgorithm")), "aws:kms")
        key = own.get("KMSMasterKeyID")
        if key is not None and not is_aws_key(template, key, "s3"):
            yield Finding(bucket.logical_id, f"{path}.KMSMasterKeyID", str(key), "no key: the AWS-managed one")


policy = BucketEncrypted()
