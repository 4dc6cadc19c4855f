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
    """Let a plan take 5,000 requests a second, and a million a day, so that it never says 429; then set it back."""
    client = stage.client("apigateway")
    plan = client.get_usage_plan(usagePlanId=plan_id)

    def limit(limits: dict[str, float]) -> None:
        changes = [{"op": "replace", "path": path, "value": f"{value:.0f}"} for path, value in limits.items()]
        client.update_usage_plan(usagePlanId=plan_id, patchOperations=changes)

    before = {f"/throttle/{name}": plan["throttle"][name] for name in ("rateLimit", "burstLimit")}
    many = dict.fromkeys(before, 5_000)
    if quota := plan.get("quota"):
        before["/quota/limit"], many["/quota/limit"] = quota["limit"], 1_000_000
    limit(many)
    try:
        yield
    finally:
        limit(before)
