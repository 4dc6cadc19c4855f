"""The functions on the way of a file, what each works on, and what the platform gives it."""

from collections.abc import Mapping

from hallmark.load.capacity import Work
from hallmark.load.function_means import Means, means
from hallmark.stage import Stage
from hallmark.systems.merchant_upload.reading import MOST_ROWS
from infra.merchant_upload.outputs import Output

# The shards of a new on-demand table, each of which is read by as many executions as the mapping says.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.Partitions.html
SHARDS = 4
VALIDATION, ANOMALY_DETECTION = "validation", "anomaly_detection"
# Each function, and which of a file's rows it works on.
FUNCTIONS: Mapping[str, Work] = {
    VALIDATION: Work("rows", MOST_ROWS),
    ANOMALY_DETECTION: Work("stored", MOST_ROWS),
}


def means_of(stage: Stage) -> Mapping[str, Means]:
    """Return the means of the functions on the way of a file: one execution validates it, several judge its rows."""
    judging = stage.outputs[Output.ANOMALY_DETECTION_ARN]
    mappings = stage.client("lambda").list_event_source_mappings(FunctionName=judging)["EventSourceMappings"]
    lanes = SHARDS * int(mappings[0].get("ParallelizationFactor", 1))
    return means(stage, {VALIDATION: (stage.outputs[Output.VALIDATION_ARN], 1), ANOMALY_DETECTION: (judging, lanes)})
