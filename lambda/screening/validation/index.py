"""The handler of `validation`."""

from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the workflow's task."""
    return {"outcome": "rejected", "answer": {"decision": "rejected", "field": "", "rule": "required"}}
