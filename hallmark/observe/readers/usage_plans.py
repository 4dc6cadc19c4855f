"""API keys, without their values, and usage plans.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Json, Thing, capitalized, tags
from hallmark.observe.readers.apis import API, owned

KEY, PLAN, PLAN_KEY = "AWS::ApiGateway::ApiKey", "AWS::ApiGateway::UsagePlan", "AWS::ApiGateway::UsagePlanKey"


def _plans(deployment: Deployment) -> Iterator[Json]:
    """Yield the plans of the stage, and all other plans on one of its APIs."""
    apis = {api["id"] for api in owned(deployment)}
    for plan in deployment.pages("apigateway", "get_usage_plans", "items"):
        on_ours = any(one.get("apiId") in apis for one in plan.get("apiStages", []))
        if on_ours or deployment.is_ours(PLAN, plan["id"], plan["name"]):
            yield plan


def _plan_keys(deployment: Deployment) -> Iterator[tuple[str, Json]]:
    for plan in _plans(deployment):
        for key in deployment.pages("apigateway", "get_usage_plan_keys", "items", usagePlanId=plan["id"]):
            yield plan["id"], key


def keys(deployment: Deployment) -> Iterator[Thing]:
    """Yield the API keys; the value is never read."""
    tied = {key["id"] for _, key in _plan_keys(deployment)}
    for key in deployment.pages("apigateway", "get_api_keys", "items"):
        if key["id"] in tied or deployment.is_ours(KEY, key["id"], key["name"]):
            yield Thing(KEY, key["id"], _key(key))


def _key(key: Json) -> Json:
    return capitalized(key, "Name", "Description", "Enabled", "CustomerId") | tags(key.get("tags"))


def plans(deployment: Deployment) -> Iterator[Thing]:
    """Yield the usage plans."""
    for plan in _plans(deployment):
        named = {**plan, "usagePlanName": plan["name"]}
        properties = capitalized(named, "UsagePlanName", "Description")
        if throttle := capitalized(plan.get("throttle") or {}, "RateLimit", "BurstLimit"):
            properties["Throttle"] = throttle
        if quota := capitalized(plan.get("quota") or {}, "Limit", "Offset", "Period"):
            properties["Quota"] = quota
        if stages := [_stage(deployment, one) for one in plan.get("apiStages", [])]:
            properties["ApiStages"] = stages
        yield Thing(PLAN, plan["id"], properties | tags(plan.get("tags")))


def _stage(deployment: Deployment, one: Json) -> Json:
    properties = {"ApiId": deployment.ref(API, one["apiId"]), "Stage": one["stage"]}
    routes = {
        route: capitalized(throttle, "RateLimit", "BurstLimit")
        for route, throttle in (one.get("throttle") or {}).items()
    }
    return properties | ({"Throttle": routes} if routes else {})


def plan_keys(deployment: Deployment) -> Iterator[Thing]:
    """Yield which key is in which plan."""
    for plan, key in _plan_keys(deployment):
        properties = {"KeyId": deployment.ref(KEY, key["id"]), "UsagePlanId": deployment.ref(PLAN, plan)}
        properties["KeyType"] = key.get("type", "API_KEY")
        yield Thing(PLAN_KEY, f"{key['id']}:{plan}", properties, ("KeyId", "UsagePlanId"))


def account(deployment: Deployment) -> Json:
    """Return the role with which API Gateway writes logs for every API of the account and region."""
    role = deployment.asked("apigateway", "get_account").get("cloudwatchRoleArn")
    return {"CloudWatchRoleArn": role} if role else {}


READERS = {KEY: keys, PLAN: plans, PLAN_KEY: plan_keys}
