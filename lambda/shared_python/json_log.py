"""One JSON line per log entry, as CloudWatch Logs Insights reads them."""

import json
import sys
from typing import Any


class JsonLog:
    """A log whose context is in every entry; values of requests do not belong into it."""

    def __init__(self, **context: Any) -> None:
        self._context = context

    def bind(self, **context: Any) -> "JsonLog":
        """Return a log with more context."""
        return JsonLog(**{**self._context, **context})

    def info(self, message: str, **fields: Any) -> None:
        """Write an entry of level info."""
        self._write("info", message, fields)

    def error(self, message: str, **fields: Any) -> None:
        """Write an entry of level error."""
        self._write("error", message, fields)

    def _write(self, level: str, message: str, fields: Any) -> None:
        sys.stdout.write(json.dumps({"level": level, "message": message, **self._context, **fields}) + "\n")
        sys.stdout.flush()
