"""A client's key with a usage plan of its own, taken back afterwards: the stage is as its template says."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from hallmark.stage import Stage
from infra.realtime.outputs import Output


@contextmanager
def key_of_plan(stage: Stage, rate: float, burst: int) -> Iterator[str]:
    """Yield the value of a key that may send so many requests a second, and so many at once."""
    gateway, name, api = stage.client("apigateway"), f"test-{uuid.uuid4().hex[:8]}", stage.outputs[Output.API_ID]
    key = gateway.create_api_key(name=name, enabled=True)["id"]
    of_stage, throttle = {"apiId": api, "stage": stage.name}, {"rateLimit": rate, "burstLimit": burst}
    plan = gateway.create_usage_plan(name=name, apiStages=[of_stage], throttle=throttle)["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    try:
        yield gateway.get_api_key(apiKey=key, includeValue=True)["value"]
    finally:
        # A plan that still has a stage cannot be deleted.
        removed = {"op": "remove", "path": "/apiStages", "value": f"{api}:{stage.name}"}
        gateway.update_usage_plan(usagePlanId=plan, patchOperations=[removed])
        gateway.delete_usage_plan(usagePlanId=plan)
        gateway.delete_api_key(apiKey=key)
