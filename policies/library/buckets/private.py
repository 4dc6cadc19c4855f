"""Every bucket blocks public access in all four ways, and has neither a public ACL nor a policy that lets all in.

With `conditions: true`, a statement for everybody may have a condition that says whose requests it means.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.iam.narrowing import is_narrowed
from policies.engine.iam.resource_policies import resource_statements
from policies.engine.kinds import BUCKET, BUCKET_POLICY
from policies.engine.policy import Policy
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, shown

_FLAGS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
_CLOSED = (None, "Private", "BucketOwnerRead", "BucketOwnerFullControl", "LogDeliveryWrite")


class BucketPrivate(Policy):
    scope = (BUCKET,)
    relies_on = (BUCKET_POLICY,)

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
            for one in resource_statements(template, bucket):
                narrowed = parameters.get("conditions") and is_narrowed(one)
                if one.allows and one.may_be_everybody() and not narrowed:
                    place = f"{one.path}.Principal"
                    yield Finding(one.owner.logical_id, place, "everybody, or unknown", "one service or role")


policy = BucketPrivate()
