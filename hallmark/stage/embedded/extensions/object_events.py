"""The version of an object in S3's events on EventBridge.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import contextvars
import json
from typing import Any

from ministack.services import eventbridge, s3

_version: contextvars.ContextVar[str | None] = contextvars.ContextVar("hallmark_version", default=None)
# The place of the version among the arguments of the emulator's function.
_PLACE = 7


def install() -> None:
    """Pass the version on from the object's change to the event of S3."""
    fire, dispatch = s3._fire_s3_event, eventbridge._dispatch_event

    def fire_event(*args: Any, **options: Any) -> None:
        version = options.get("version_id") or (args[_PLACE] if len(args) > _PLACE else None)
        token = _version.set(version)
        try:
            fire(*args, **options)
        finally:
            _version.reset(token)

    def dispatch_event(record: dict[str, Any], *rest: Any) -> None:
        version = _version.get()
        if version and record.get("Source") == "aws.s3":
            # What the event causes is no change of this object.
            _version.set(None)
            detail = json.loads(record["Detail"])
            detail["object"] = {**detail["object"], "version-id": version}
            record = {**record, "Detail": json.dumps(detail)}
        dispatch(record, *rest)

    s3._fire_s3_event, eventbridge._dispatch_event = fire_event, dispatch_event
