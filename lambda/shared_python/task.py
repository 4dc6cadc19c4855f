"""How a task of the workflow ends that fails: its error holds no value, and its class says if an attempt more helps."""

import os
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError

from shared_python.conditional_puts import RowsNotWritten
from shared_python.json_log import JsonLog

# Of every client: an attempt more fits into the reserve below. The service judges what is asked; to judge it here as
# well takes a tenth of a call's processor time.
CONFIG = Config(
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 2},
    parameter_validation=False,
)
# Codes of services that are busy, beside answers from 500 on.
_BUSY = (
    *("Throttl", "Exceeded", "SlowDown", "TooManyRequests", "RequestTimeout"),
    *("TransactionConflict", "TransactionInProgress"),
)


class TryAgain(Exception):
    """Too little time, or a service that is busy or away: the workflow tries again, and what is done stays done."""


class TaskFailed(Exception):
    """Another attempt would fail as well; the original error, whose text may hold values, is named only."""


def in_time(context: Any, reserve: int) -> Callable[[], None]:
    """Return what raises TryAgain once less than so many milliseconds are left."""

    def check() -> None:
        if context.get_remaining_time_in_millis() < reserve:
            raise TryAgain("out of time")

    return check


def within(seconds: float) -> Callable[[], None]:
    """Return what raises TryAgain once so many seconds have passed: a state may wait less than a function may run."""
    end = time.monotonic() + seconds

    def check() -> None:
        if time.monotonic() > end:
            raise TryAgain("out of time")

    return check


@contextmanager
def reported(log: JsonLog, context: Any) -> Iterator[JsonLog]:
    """Give the log of one invocation; raise TryAgain or TaskFailed in the place of every error."""
    log = log.bind(traceId=os.environ.get("_X_AMZN_TRACE_ID"), requestId=getattr(context, "aws_request_id", None))
    try:
        yield log
    except Exception as error:
        name, where = type(error).__name__, _where(error)
        log.error("task not done", error=name, where=where)
        if isinstance(error, (TryAgain, TaskFailed)):
            raise
        raise (TryAgain if may_pass(error) else TaskFailed)(f"{name} at {where}") from None


def may_pass(error: Exception) -> bool:
    """Return whether an error may pass by itself: a service is busy or away."""
    if isinstance(error, ClientError):
        code, answer = error.response["Error"]["Code"], error.response.get("ResponseMetadata", {})
        return bool(answer.get("HTTPStatusCode", 0) >= 500 or any(part in code for part in _BUSY))
    return isinstance(error, (HTTPClientError, IncompleteReadError, RowsNotWritten))


def _where(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
