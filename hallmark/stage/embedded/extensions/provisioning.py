"""Helpers to add a resource type, or a dropped property, to the emulator's CloudFormation."""

from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
HANDLERS: dict[str, dict[str, Any]] = provisioners._RESOURCE_HANDLERS


def accepted(response: tuple[int, Any, Any]) -> Any:
    """Return the body of an emulated API's response, or raise what CloudFormation shows as the reason of a failure."""
    status, _, body = response
    if status >= 400:
        raise ValueError(body.decode() if isinstance(body, bytes) else str(body))
    return body


def after(resource_type: str, apply: Callable[[str, Properties], None]) -> None:
    """Call `apply(physical id, properties)` whenever a resource of the type was created or updated."""
    handlers = HANDLERS[resource_type] = dict(HANDLERS[resource_type])
    create, update = handlers["create"], handlers.get("update")

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        result = create(logical_id, properties, stack)
        apply(result[0], properties)
        return result

    def updated(physical_id: str, old: Properties, new: Properties, *rest: Any, **options: Any) -> Any:
        assert update is not None
        result = update(physical_id, old, new, *rest, **options)
        apply(result[0], new)
        return result

    handlers["create"] = created
    if update:
        handlers["update"] = updated
