"""Buckets send their events to EventBridge by their own property, and notify nobody else.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-eventbridgeconfiguration.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.kinds import BUCKET
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.services.storage import TO_EVENT_BRIDGE, told_to_event_bridge
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.template import Template
from policies.engine.template.values import listed

_PATH = "NotificationConfiguration"
_OTHERS = ("LambdaConfigurations", "QueueConfigurations", "TopicConfigurations")
# The CDK's helper, which writes the configuration by a function of its own, over what stands there.
_HELPER = "Custom::S3BucketNotifications"


class ToEventBridge(Policy):
    scope = (BUCKET,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        sending = {part: parts.player("bucket", part) for part in parameters["buckets"]}
        for part, bucket in sending.items():
            if bucket is None:
                yield Finding(TEMPLATE, "Resources", f"no bucket {part}", f"a bucket {part} that sends its events")
        for bucket in template.of_type(BUCKET):
            for key in _OTHERS:
                found = template.value(bucket, f"{_PATH}.{key}")
                if found is UNKNOWN or listed(found):
                    yield Finding(bucket.logical_id, f"{_PATH}.{key}", _said(found), "none: EventBridge hears of it")
            told = told_to_event_bridge(template, bucket)
            if bucket in sending.values() and (told is None or told is UNKNOWN):
                yield Finding(bucket.logical_id, TO_EVENT_BRIDGE, _said(told), "EventBridgeEnabled: true")
            elif bucket not in sending.values() and told is not None:
                yield Finding(bucket.logical_id, TO_EVENT_BRIDGE, _said(told), "none: nobody listens to this bucket")
        for helper in template.of_type(_HELPER):
            yield Finding(helper.logical_id, "Type", helper.type, f"the bucket's own {_PATH}")


def _said(value: Any) -> str:
    return "none" if value is None else UNRESOLVED if value is UNKNOWN else str(value)


policy = ToEventBridge()
