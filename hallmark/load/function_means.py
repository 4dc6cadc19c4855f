"""What the platform gives each function: its memory, the share of a processor that comes with it, its executions."""

from collections.abc import Mapping
from dataclasses import dataclass

from hallmark.stage import Stage

# Lambda gives a whole processor at so many MB, and less in proportion.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
WHOLE_PROCESSOR_MB = 1769


@dataclass(frozen=True)
class Means:
    """A function's physical name, its memory in MB, how many executions share its work, and the most memory it held.

    `held` is in MB, of the log's REPORT lines; 0 if it did not run.
    """

    name: str
    memory: int
    executions: int
    held: int

    @property
    def processor(self) -> float:
        """The share of a processor that one execution has; more memory gives one thread no more than a whole."""
        return min(1.0, self.memory / WHOLE_PROCESSOR_MB)


def means(stage: Stage, functions: Mapping[str, tuple[str, int]]) -> dict[str, Means]:
    """Return the means of functions, each given by its ARN and how many executions share its work."""
    client = stage.client("lambda")
    found = {}
    for function, (arn, executions) in functions.items():
        config = client.get_function_configuration(FunctionName=arn)
        name = str(config["FunctionName"])
        found[function] = Means(name, int(config["MemorySize"]), executions, _held(stage, name))
    return found


def _held(stage: Stage, function: str) -> int:
    """Return the most memory of all REPORT lines of a function's log.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """
    pages = (
        stage.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=f"/aws/lambda/{function}", filterPattern='"Max Memory Used"')
    )
    lines = (event["message"] for page in pages for event in page["events"])
    return max((int(line.rpartition("Max Memory Used: ")[2].split()[0]) for line in lines), default=0)
