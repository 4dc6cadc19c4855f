"""Every method wants an API key, every stage has a usage plan with throttle, quota and key; no key value is written.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.kinds import API, METHOD
from policies.engine.policy import Policy
from policies.engine.services.api import ApiStage, named, stages
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, listed, shown

KEY = "AWS::ApiGateway::ApiKey"
PLAN = "AWS::ApiGateway::UsagePlan"
PLAN_KEY = "AWS::ApiGateway::UsagePlanKey"
_SECONDS = {"DAY": 86_400, "WEEK": 7 * 86_400, "MONTH": 31 * 86_400}


class ApiKeyRequired(Policy):
    scope = (METHOD,)
    relies_on = (API, KEY, PLAN, PLAN_KEY)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for method in template.of_type(METHOD):
            required = method.properties.get("ApiKeyRequired")
            if not is_true(template, required):
                yield Finding(method.logical_id, "ApiKeyRequired", shown(template, required), "true")
        for api in template.of_type(API):
            source = template.value(api, "ApiKeySourceType")
            if source not in (None, "HEADER"):
                yield Finding(api.logical_id, "ApiKeySourceType", str(source), "HEADER")
        keys = template.of_type(KEY)
        if not keys:
            yield Finding(TEMPLATE, "Resources", f"no {KEY}", "a key for the usage plan")
        elif len(keys) < parameters.get("keys", 1):
            yield Finding(
                TEMPLATE, "Resources", f"{len(keys)} {KEY}", f"at least {parameters['keys']}: one for each client"
            )
        for key in template.of_type(KEY):
            yield from _key_problems(template, key)
        for stage in stages(template):
            yield from _stage_problems(template, stage)
            yield from _throttled(template, stage, parameters)
        for plan in template.of_type(PLAN):
            yield from _plan_problems(template, plan, parameters)


def _key_problems(template: Template, key: Resource) -> Iterator[Finding]:
    value = template.value(key, "Value")
    if value is not None:
        found = f"a key value that {UNRESOLVED}" if value is UNKNOWN else "a key value in the template"
        yield Finding(key.logical_id, "Value", found, "no value: API Gateway makes one")
    enabled = key.properties.get("Enabled")
    if not is_true(template, enabled):
        yield Finding(key.logical_id, "Enabled", shown(template, enabled), "true")
    if not _plans_of(template, key):
        yield Finding(key.logical_id, "", "no usage plan has this key", f"a {PLAN_KEY} that ties it to a plan")


def _plans_of(template: Template, key: Resource) -> list[Resource]:
    return template.once("plans of keys", lambda: _plans_of_keys(template)).get(key.logical_id, [])


def _plans_of_keys(template: Template) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for tie in template.of_type(PLAN_KEY):
        key = named(template, tie.properties.get("KeyId"), KEY)
        plan = named(template, tie.properties.get("UsagePlanId"), PLAN, "UsagePlanName")
        if template.value(tie, "KeyType") == "API_KEY" and key and plan:
            found.setdefault(key.logical_id, []).append(plan)
    return found


def _stage_problems(template: Template, stage: ApiStage) -> Iterator[Finding]:
    plans = _plans_on(template, stage)
    if not plans:
        yield Finding(stage.resource.logical_id, "", "no usage plan is on this stage", "a usage plan on API and stage")
    keyed = template.once(
        "keyed plans", lambda: {plan for key in template.of_type(KEY) for plan in _plans_of(template, key)}
    )
    for plan in plans:
        if plan not in keyed:
            yield Finding(plan.logical_id, "", "a plan without a key", f"a {PLAN_KEY} for it")


def _throttled(template: Template, stage: ApiStage, parameters: dict[str, Any]) -> Iterator[Finding]:
    """Yield a stage's throttles below its plan's, which refuse what the plan allows, and above, which limit nothing.

    They apply to all its clients together: each key may use up the plan's. 0 refuses all, and -1 is off.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
    """
    settings = template.resolve(stage.properties.get("MethodSettings", []))
    places = {f"MethodSettings[{index}].": one for index, one in enumerate(listed(settings))}
    for place, own in {**places, "": stage.properties if stage.place else {}}.items():
        for key, (low, high) in (("RateLimit", parameters["rate"]), ("BurstLimit", parameters["burst"])):
            limit = own.get(f"Throttling{key}") if isinstance(own, Mapping) else UNKNOWN
            number = template.number(limit)
            least, most = _limits_of_plans(template, stage, key, low, high)
            if limit is not None and (number is None or not least <= number <= most):
                path = f"{stage.place}{place}Throttling{key}"
                wanted = f"none, or from {least:g}, which the plan allows, to {most:g}, which it allows all keys"
                yield Finding(stage.resource.logical_id, path, shown(template, limit), wanted)


def _limits_of_plans(template: Template, stage: ApiStage, key: str, low: int, high: int) -> tuple[float, float]:
    """Return the most that a stage's plan allows one client, and what its plans allow all their keys together."""
    keys = [plan for one in template.of_type(KEY) for plan in _plans_of(template, one)]
    allowed = {
        plan: template.number(template.value(plan, f"Throttle.{key}")) or 0 for plan in _plans_on(template, stage)
    }
    least = max([low, *allowed.values()])
    return least, max(least, min(high, sum(keys.count(plan) * limit for plan, limit in allowed.items())))


def _plans_on(template: Template, stage: ApiStage) -> dict[Resource, None]:
    place = (stage.api.logical_id if stage.api else None, stage.name)
    return template.once("plans on stages", lambda: _plans_on_stages(template)).get(place, {})


def _api_stages(plan: Resource) -> list[Mapping[str, Any]]:
    found = plan.properties.get("ApiStages")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _plans_on_stages(template: Template) -> dict[tuple[str | None, str | None], dict[Resource, None]]:
    """Return the plans by API and name of the stage."""
    found: dict[tuple[str | None, str | None], dict[Resource, None]] = {}
    for plan in template.of_type(PLAN):
        for entry in _api_stages(plan):
            api, name = named(template, entry.get("ApiId"), API, "RestApiId"), template.text(entry.get("Stage"))
            if api and name is not None:
                found.setdefault((api.logical_id, name), {})[plan] = None
    return found


def _plan_problems(template: Template, plan: Resource, parameters: dict[str, Any]) -> Iterator[Finding]:
    yield from _throttle_problems(template, plan, plan.properties.get("Throttle"), "Throttle", parameters)
    for index, entry in enumerate(_api_stages(plan)):
        routes, place = template.resolve(entry.get("Throttle")), f"ApiStages[{index}].Throttle"
        if routes is not None and not isinstance(routes, Mapping):
            yield Finding(plan.logical_id, place, shown(template, routes), "a throttle by route, or none")
        for route, throttle in routes.items() if isinstance(routes, Mapping) else ():
            path = f"{place}.{route}"
            yield from _throttle_problems(template, plan, throttle, path, parameters)
    rate, limit = template.number(template.value(plan, "Throttle.RateLimit")), template.value(plan, "Quota.Limit")
    seconds = _SECONDS.get(str(template.value(plan, "Quota.Period")))
    number = template.number(limit)
    least, most = parameters["quota_a_day"], parameters.get("quota_at_most_a_day", math.inf)
    a_day = number / seconds * _SECONDS["DAY"] if seconds and number else 0
    if not rate or not a_day or not least <= a_day <= min(most, rate * _SECONDS["DAY"]):
        wanted = f"a limit per DAY, WEEK or MONTH, from {least} a day to what the throttle lets through in that time"
        if most < math.inf:
            wanted += f", at most {most} a day"
        yield Finding(plan.logical_id, "Quota", shown(template, plan.properties.get("Quota")), wanted)


def _throttle_problems(
    template: Template, plan: Resource, throttle: Any, path: str, parameters: dict[str, Any]
) -> Iterator[Finding]:
    own = throttle if isinstance(throttle, Mapping) else {}
    for key, (low, high) in (("RateLimit", parameters["rate"]), ("BurstLimit", parameters["burst"])):
        number = template.number(own.get(key))
        if number is None or not low <= number <= high:
            yield Finding(plan.logical_id, f"{path}.{key}", shown(template, own.get(key)), f"from {low} to {high}")


policy = ApiKeyRequired()
