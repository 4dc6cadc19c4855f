"""Clients' keys with limits of their own, and a stage's plan without limits."""

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from hallmark.stage import Stage
from hallmark.stage.plan_keys import plan_key


def throttled_key(stage: Stage, api_id: str, rate: float, burst: int) -> AbstractContextManager[str]:
    """Yield the value of a key that may send so many requests a second, and so many at once."""
    throttle = {"rateLimit": rate, "burstLimit": burst}
    return plan_key(stage, api_id, f"test-{uuid.uuid4().hex[:8]}", throttle=throttle)


@contextmanager
def unthrottled(stage: Stage, plan_id: str) -> Iterator[None]:
    """Let a plan take 5,000 requests a second, so that it never says 429; then set it back."""
    client = stage.client("apigateway")
    plan = client.get_usage_plan(usagePlanId=plan_id)

    def throttle(limits: dict[str, float]) -> None:
        paths = {"/throttle/rateLimit": limits["rateLimit"], "/throttle/burstLimit": limits["burstLimit"]}
        changes = [{"op": "replace", "path": path, "value": f"{value:g}"} for path, value in paths.items()]
        client.update_usage_plan(usagePlanId=plan_id, patchOperations=changes)

    throttle({"rateLimit": 5_000, "burstLimit": 5_000})
    try:
        yield
    finally:
        throttle(plan["throttle"])
