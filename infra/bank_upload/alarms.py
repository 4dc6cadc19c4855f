"""The alarms, one row each."""

from collections.abc import Iterator

from infra.bank_upload.functions import Functions
from infra.bank_upload.messaging import Queues
from infra.constructs.alarms import Alarm, error_rate, of_api, of_workflow, throttles, visible
from infra.constructs.function.base import Function
from infra.constructs.rest_api import KeyedRestApi
from infra.constructs.workflow import Workflow

RUNBOOKS = "docs/runbooks/bank_upload"
# Of the invocations of five minutes.
ERRORS_PERCENT = 5


def alarm_specs(stage: str, queues: Queues, functions: Functions, api: KeyedRestApi, workflow: Workflow) -> list[Alarm]:
    """Return every alarm of the system."""
    return [
        visible(queues.event_failure, "event-failure", "event-failure", "A stored file did not start the workflow."),
        visible(queues.upload_failure, "upload-failure", "upload-failure", "An upload failed."),
        *(spec for function in functions.all for spec in _of_function(function)),
        *of_workflow(workflow.arn),
        *of_api(api, stage),
    ]


def _of_function(function: Function) -> Iterator[Alarm]:
    yield error_rate(function, ERRORS_PERCENT)
    yield throttles(function)
