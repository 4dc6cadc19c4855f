"""What lies in a bucket goes to nobody else: no copy, page, notice or report leaves the template.

Only buckets of the parts in `to_event_bridge` tell the account's default bus of their objects.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import invocation
from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import BUCKET
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.relations.places import places, pointed
from policies.engine.services.storage import TO_EVENT_BRIDGE, told_to_event_bridge
from policies.engine.template.intrinsics import UNKNOWN, text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_NOTICES = "NotificationConfiguration"
# Properties with a target, which must be of this template.
_TARGETS = (
    "ReplicationConfiguration.Rules[].Destination.Bucket",
    f"{_NOTICES}.LambdaConfigurations[].Function",
    f"{_NOTICES}.QueueConfigurations[].Queue",
    f"{_NOTICES}.TopicConfigurations[].Topic",
    "InventoryConfigurations[].Destination.BucketArn",
    "AnalyticsConfigurations[].StorageClassAnalysis.DataExport.Destination.BucketArn",
    "LoggingConfiguration.DestinationBucketName",
)
# Properties that must not be there, and why.
_NEVER = {
    "WebsiteConfiguration": "none: a page is read without a signature",
    "CorsConfiguration": "none: no page of another origin reads objects",
    TO_EVENT_BRIDGE: "none: rules of others hear the default bus",
    "MetadataConfiguration": "none: a table of all objects would be readable by others",
    "MetadataTableConfiguration": "none: a table of all objects would be readable by others",
}
# Properties with the values that they may have.
_ONLY = {
    "AccelerateConfiguration.AccelerationStatus": (None, "Suspended"),
    "OwnershipControls.Rules[].ObjectOwnership": (None, "BucketOwnerEnforced"),
}


class UnsharedBuckets(Policy):
    scope = (BUCKET,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        sending = [parts.player("bucket", part) for part in parameters.get("to_event_bridge", ())]
        for bucket in template.of_type(BUCKET):
            for path, wanted in _NEVER.items():
                own = path == TO_EVENT_BRIDGE
                if own and bucket in sending:
                    continue
                found = told_to_event_bridge(template, bucket) if own else template.value(bucket, path)
                if found is not None:
                    yield Finding(bucket.logical_id, path, str(found), wanted)
            for path in _TARGETS:
                yield from _strangers(template, bucket, path)
            for path, fine in _ONLY.items():
                for place, found in places(template, bucket, path):
                    if found not in fine:
                        yield Finding(bucket.logical_id, place, str(found), " or ".join(map(str, filter(None, fine))))


def _strangers(template: Template, bucket: Resource, path: str) -> Iterator[Finding]:
    for place, value in places(template, bucket, path):
        kinds = (BUCKET,) if "Bucket" in path.rpartition(".")[2] else ()
        if value is UNKNOWN or not (pointed(template, value, *kinds) or invocation(template, value)):
            found = text_of(value) or UNRESOLVED
            yield Finding(bucket.logical_id, place, found, "something of this template, or nothing")


policy = UnsharedBuckets()
