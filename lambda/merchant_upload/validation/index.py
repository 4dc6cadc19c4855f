"""An uploaded file: read, judge each row alone, store."""

from typing import Any


def handler(event: dict[str, Any], context: Any) -> None:
    """Process the files that a notification names."""
    raise NotImplementedError
