"""The alarms, one row each."""

from infra.constructs.alarms import Alarm, of_function, of_workflow, visible
from infra.constructs.workflow import Workflow
from infra.screening.functions import Functions
from infra.screening.messaging import Queues

RUNBOOKS = "docs/runbooks/screening"


def alarm_specs(queues: Queues, functions: Functions, workflow: Workflow) -> list[Alarm]:
    """Return every alarm of the system."""
    return [
        visible(queues.failures, "failures", "failures", "A transaction failed."),
        *(spec for function in functions.all for spec in of_function(function)),
        *of_workflow(workflow.arn),
    ]
