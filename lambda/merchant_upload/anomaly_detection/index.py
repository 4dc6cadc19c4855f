"""A batch of the table's stream: judge, record, alert."""

from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Judge the rows of a batch; return the records that must come again."""
    raise NotImplementedError
