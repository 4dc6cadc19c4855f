"""How long the invocations of a function lasted, by the REPORT lines of its log."""

import re
from collections.abc import Mapping, Sequence

from hallmark.stage import Stage

_DURATION = re.compile(r"\tDuration: ([0-9.]+) ms")
# The time of the end in milliseconds of the epoch, and the milliseconds that an invocation lasted.
Ended = tuple[int, float]


def durations(stage: Stage, functions: Mapping[str, str], begin: int) -> dict[str, list[Ended]]:
    """Return the invocations of functions, given by their ARNs, that ended since a time in epoch milliseconds.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """
    return {name: _of(stage, arn.rpartition(":")[2], begin) for name, arn in functions.items()}


def _of(stage: Stage, function: str, begin: int) -> list[Ended]:
    pages = (
        stage.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=f"/aws/lambda/{function}", filterPattern='"REPORT RequestId"', startTime=begin)
    )
    events = (event for page in pages for event in page["events"])
    return [
        (int(event["timestamp"]), float(found[1])) for event in events if (found := _DURATION.search(event["message"]))
    ]


def within(found: Sequence[Sequence[float]], begin: float, end: float) -> list[float]:
    """Return the seconds of the invocations that ended between two times in seconds of the epoch, in order."""
    return sorted(each / 1000 for at, each in found if begin <= at / 1000 <= end)
