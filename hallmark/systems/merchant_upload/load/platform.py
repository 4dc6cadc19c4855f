"""What the platform gives each function: its memory, the share of a processor that comes with it, its executions."""

from collections.abc import Mapping
from dataclasses import dataclass

from hallmark.stage import Stage
from infra.merchant_upload.outputs import Output

# Lambda gives a whole processor at so many MB, and less in proportion.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
WHOLE_PROCESSOR_MB = 1769
# The shards of a new on-demand table, each of which is read by as many executions as the mapping says.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.Partitions.html
SHARDS = 4
VALIDATION, ANOMALY_DETECTION = "validation", "anomaly_detection"


@dataclass(frozen=True)
class Means:
    """A function's physical name, its memory in MB, how many executions share a file, and the most memory it held.

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


def means_of(stage: Stage) -> Mapping[str, Means]:
    """Return the means of the functions on the way of a file: one execution validates it, several judge its rows."""
    client = stage.client("lambda")
    judging = stage.outputs[Output.ANOMALY_DETECTION_ARN]
    mappings = client.list_event_source_mappings(FunctionName=judging)["EventSourceMappings"]
    lanes = SHARDS * int(mappings[0].get("ParallelizationFactor", 1))
    arns = {VALIDATION: (stage.outputs[Output.VALIDATION_ARN], 1), ANOMALY_DETECTION: (judging, lanes)}
    found = {}
    for function, (arn, executions) in arns.items():
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
