"""The key of a client that has used up its quota, made once per API."""

from hallmark.stage import Stage

QUOTA_PER_DAY = 1


def over_quota_key(stage: Stage) -> str:
    """Return the value of a key whose usage plan allows one request a day; made if it is not there.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
    """
    name = f"{stage.system}-load-over-quota-{stage.name}"
    client = stage.client("apigateway")
    found = client.get_api_keys(nameQuery=name, includeValues=True)["items"]
    if found:
        return str(found[0]["value"])
    key = client.create_api_key(name=name, enabled=True)
    plan = client.create_usage_plan(
        name=name,
        apiStages=[{"apiId": stage.outputs["ApiId"], "stage": stage.name}],
        quota={"limit": QUOTA_PER_DAY, "period": "DAY"},
    )
    client.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    return str(key["value"])
