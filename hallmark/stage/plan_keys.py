"""A client's API key with its own usage plan, deleted afterwards, so that the stage matches its template."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hallmark.stage import Stage


@contextmanager
def plan_key(stage: Stage, api_id: str, name: str, **limits: Any) -> Iterator[str]:
    """Yield the value of a key whose plan has limits, `throttle` or `quota`; delete an existing one of that name first.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
    """
    _remove(stage, name)  # left over from a killed run
    client = stage.client("apigateway")
    try:
        key = client.create_api_key(name=name, enabled=True)
        of_stage = {"apiId": api_id, "stage": stage.name}
        plan = client.create_usage_plan(name=name, apiStages=[of_stage], **limits)
        client.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
        yield str(key["value"])
    finally:
        _remove(stage, name)


def _remove(stage: Stage, name: str) -> None:
    """Delete the keys and the usage plans of a name."""
    client = stage.client("apigateway")
    for page in client.get_paginator("get_usage_plans").paginate():
        for plan in (plan for plan in page["items"] if plan["name"] == name):
            # A plan that still has a stage cannot be deleted.
            stages = [f"{one['apiId']}:{one['stage']}" for one in plan.get("apiStages", [])]
            removed = [{"op": "remove", "path": "/apiStages", "value": each} for each in stages]
            client.update_usage_plan(usagePlanId=plan["id"], patchOperations=removed)
            client.delete_usage_plan(usagePlanId=plan["id"])
    for page in client.get_paginator("get_api_keys").paginate(nameQuery=name):
        for key in (key for key in page["items"] if key["name"] == name):
            client.delete_api_key(apiKey=key["id"])
