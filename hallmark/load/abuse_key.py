"""The key of a client over its quota: created for a run, deleted at its end."""

from hallmark.stage import Stage
from infra.systems import system_of

QUOTA_PER_DAY = 1


def make_over_quota_key(stage: Stage, api_id: str) -> str:
    """Return the value of a new key whose usage plan allows one request a day to an API.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
    """
    remove_over_quota_key(stage)  # left over from a killed run
    client, name = stage.client("apigateway"), _name(stage)
    key = client.create_api_key(name=name, enabled=True)
    plan = client.create_usage_plan(
        name=name,
        apiStages=[{"apiId": api_id, "stage": stage.name}],
        quota={"limit": QUOTA_PER_DAY, "period": "DAY"},
    )
    client.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    return str(key["value"])


def remove_over_quota_key(stage: Stage) -> None:
    """Delete the key and its usage plan, if they exist, so that the stage matches its template."""
    client, name = stage.client("apigateway"), _name(stage)
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


def _name(stage: Stage) -> str:
    return f"{system_of(stage.system).slug}-load-over-quota-{stage.name}"
