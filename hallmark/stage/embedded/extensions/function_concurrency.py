"""Reserved concurrency: kept from the template, and shared by all versions and aliases of a function.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from typing import Any

from ministack.services import lambda_svc

from hallmark.stage.embedded.extensions.provisioning import Properties, after


def _reserve(name: str, properties: Properties) -> None:
    if (reserved := properties.get("ReservedConcurrentExecutions")) is not None:
        lambda_svc._functions[name]["concurrency"] = int(reserved)


def _reserved(function: dict[str, Any], config: dict[str, Any]) -> int | None:
    base = lambda_svc._functions.get(config.get("FunctionName", "")) or function or {}
    reserved = base.get("concurrency")
    if isinstance(reserved, dict):
        reserved = reserved.get("ReservedConcurrentExecutions")
    return None if reserved is None else int(reserved)


def install() -> None:
    """Keep the property, and look it up on the function instead of on the invoked version."""
    after("AWS::Lambda::Function", _reserve)
    lambda_svc._reserved_concurrency = _reserved
