"""One JSON line per entry: what happened, in which function and stage, under which trace."""

import json
import os
from typing import Any


def log(level: str, message: str, **fields: Any) -> None:
    """Write an entry; `fields` are names and counts, never a value of a request."""
    context = {"function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME"), "stage": os.environ.get("STAGE")}
    trace = os.environ.get("_X_AMZN_TRACE_ID", "")
    print(json.dumps({"level": level, "message": message, **context, "traceId": trace, **fields}), flush=True)
