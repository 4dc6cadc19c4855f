"""Every bucket keeps the versions of its objects.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import BUCKET
from policies.engine.policy import Policy
from policies.engine.template.template import Template

_PATH = "VersioningConfiguration.Status"


class BucketVersioned(Policy):
    scope = (BUCKET,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for bucket in template.of_type(BUCKET):
            status = template.value(bucket, _PATH)
            if status != "Enabled":
                yield Finding(bucket.logical_id, _PATH, str(status or "missing: an object is overwritten"), "Enabled")


policy = BucketVersioned()
