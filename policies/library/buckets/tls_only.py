"""Every bucket denies every action without TLS, on itself and on its objects.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.iam.resource_policies import denies_plain_transport, several_policies
from policies.engine.kinds import BUCKET, BUCKET_POLICY
from policies.engine.policy import Policy
from policies.engine.services.storage import denials, missing_denial
from policies.engine.template.template import Template

_CONDITION = '{"Bool": {"aws:SecureTransport": "false"}}'


class BucketTls(Policy):
    scope = (BUCKET,)
    relies_on = (BUCKET_POLICY,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for bucket in template.of_type(BUCKET):
            arn = template.arn(bucket)
            for what, resource in (("the bucket", str(arn)), ("its objects", f"{arn}/*")):
                statements = denials(template, bucket)
                if not any(denies_plain_transport(template, one, {resource}, "s3") for one in statements):
                    wanted = f"Deny of s3:* on {resource} to everybody if only {_CONDITION}"
                    yield from missing_denial(template, bucket, f"plain transport to {what}", wanted)
            yield from several_policies(template, bucket, "BucketPolicy")


policy = BucketTls()
