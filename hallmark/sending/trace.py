"""The trace of a run's requests: the stage keeps it, so a run recognises what was accepted from itself.

The first half of a trace's unique part is the run's.
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html
"""

import secrets
import time

HEADER = "X-Amzn-Trace-Id"
HALF_BYTES = 6


def new_mark() -> str:
    """Return a run's own half, in hexadecimal."""
    return secrets.token_hex(HALF_BYTES)


def header_of(mark: str) -> dict[str, str]:
    """Return the header of one request."""
    return {HEADER: f"Root=1-{int(time.time()):08x}-{mark}{secrets.token_hex(HALF_BYTES)}"}


def is_of(trace_id: str, mark: str) -> bool:
    """Return whether a trace began with a request of the run."""
    return bool(mark) and trace_id.rpartition("-")[2].startswith(mark)
