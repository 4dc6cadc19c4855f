"""The handler of `fraud_detection`."""

from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the workflow's task."""
    return {"score": 0, "level": "LOW", "reasons": [], "version": "0"}
