"""The functions on the way of a file, the most that one call of each works on, and what the platform gives it."""

from collections.abc import Mapping

from hallmark.load.capacity import Work
from hallmark.load.function_means import Means, means
from hallmark.stage import Stage
from hallmark.systems.bank_upload.files import MOST_ROWS
from infra.bank_upload.outputs import Output

VALIDATION, TRANSFORMATION, NOTIFICATION = "validation", "transformation", "notification"
# The rows of one range of the workflow's Map, which one execution stores.
RANGE_ROWS = 4_000
# What each works on: `validation` on every row that the API judged, and again on all that the workflow judged.
FUNCTIONS: Mapping[str, Work] = {
    VALIDATION: Work("rows judged", MOST_ROWS),
    TRANSFORMATION: Work("rows", RANGE_ROWS),
}
_ARNS = {
    VALIDATION: Output.VALIDATION_ARN,
    TRANSFORMATION: Output.TRANSFORMATION_ARN,
    NOTIFICATION: Output.NOTIFICATION_ARN,
}


def means_of(stage: Stage) -> Mapping[str, Means]:
    """Return the means of the functions; each call is one execution's."""
    return means(stage, {name: (stage.outputs[output], 1) for name, output in _ARNS.items()})
