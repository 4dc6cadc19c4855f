"""Every bucket blocks public access in all four ways, and has no public ACL.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import BUCKET
from policies.engine.policy import Policy
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, shown

_FLAGS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
_CLOSED = (None, "Private", "BucketOwnerRead", "BucketOwnerFullControl", "LogDeliveryWrite")


class BucketPrivate(Policy):
    scope = (BUCKET,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for bucket in template.of_type(BUCKET):
            for flag in _FLAGS:
                path = f"PublicAccessBlockConfiguration.{flag}"
                value = template.value(bucket, path)
                if not is_true(template, value):
                    yield Finding(bucket.logical_id, path, shown(template, value), "true")
            granted = template.value(bucket, "AccessControl")
            if granted not in _CLOSED:
                yield Finding(bucket.logical_id, "AccessControl", str(granted), "nothing, or Private")


policy = BucketPrivate()
