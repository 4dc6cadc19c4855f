"""Stages of usage plans, and throttles of their methods, changed by patches as API Gateway does.

The emulator writes a patch's text where its list of stages is, and can answer for no plan any more.
https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateUsagePlan-Patch
"""

import re
from typing import Any

from ministack.services import apigateway_v1

_THROTTLE = re.compile(r"/apiStages/([^/:]+):([^/]+)/throttle(?:/(.+)/([^/]+)/(rateLimit|burstLimit))?")


def _is_of_stages(operation: dict[str, str]) -> bool:
    return operation.get("path", "").startswith("/apiStages")


def _is_known(operation: dict[str, str]) -> bool:
    path, value = operation["path"], operation.get("value") or ""
    return bool(_THROTTLE.fullmatch(path)) or (path == "/apiStages" and ":" in value)


def _apply(stages: list[dict[str, Any]], operation: dict[str, str]) -> None:
    """Change the list by one patch."""
    removes, value = operation.get("op") == "remove", operation.get("value") or ""
    throttle = _THROTTLE.fullmatch(operation["path"])
    if throttle:
        api, stage, path, verb, limit = throttle.groups()
        for one in (one for one in stages if (one["apiId"], one["stage"]) == (api, stage)):
            limits = one.setdefault("throttle", {})
            if path is None:
                limits.clear()
            else:
                route = f"{path.replace('~1', '/')}/{verb}"
                limits.setdefault(route, {})[limit] = float(value) if limit == "rateLimit" else int(value)
    else:
        api, _, stage = value.partition(":")
        stages[:] = [one for one in stages if (one["apiId"], one["stage"]) != (api, stage)]
        stages += [] if removes else [{"apiId": api, "stage": stage}]


def install() -> None:
    """Apply the patches of stages here, and leave the others to the emulator."""
    update = apigateway_v1._update_usage_plan

    def update_usage_plan(plan: str, data: dict[str, Any]) -> Any:
        operations = data.get("patchOperations", [])
        if unknown := [one["path"] for one in operations if _is_of_stages(one) and not _is_known(one)]:
            return apigateway_v1._v1_error("BadRequestException", f"Invalid patch path {unknown[0]}", 400)
        if found := apigateway_v1._usage_plans.get(plan):
            for one in filter(_is_of_stages, operations):
                _apply(found.setdefault("apiStages", []), one)
        return update(plan, {**data, "patchOperations": [one for one in operations if not _is_of_stages(one)]})

    apigateway_v1._update_usage_plan = update_usage_plan
