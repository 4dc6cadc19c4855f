"""A client's key with limits of its own."""

import uuid
from contextlib import AbstractContextManager

from hallmark.stage import Stage
from hallmark.stage.plan_keys import plan_key


def throttled_key(stage: Stage, api_id: str, rate: float, burst: int) -> AbstractContextManager[str]:
    """Yield the value of a key that may send so many requests a second, and so many at once."""
    throttle = {"rateLimit": rate, "burstLimit": burst}
    return plan_key(stage, api_id, f"test-{uuid.uuid4().hex[:8]}", throttle=throttle)
