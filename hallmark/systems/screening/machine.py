"""The workflow as its senders call it: started, or started and waited for; and how to reach it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.wing import Access
from infra.screening.outputs import Output

SUCCEEDED = "SUCCEEDED"


@dataclass(frozen=True)
class Execution:
    """An execution: its ARN and when it began; `status`, `output` and `error` only of one that was waited for."""

    arn: str
    started_at: str
    status: str = ""
    output: Any = None
    error: str = ""


class Machine:
    """The workflow of a stage; calls raise ClientError when Step Functions refuses them."""

    def __init__(self, stage: Stage) -> None:
        self._client, self._arn = stage.client("stepfunctions"), stage.outputs[Output.WORKFLOW_ARN]

    def start(self, text: str) -> Execution:
        """Start an execution with an input."""
        answer = self._client.start_execution(stateMachineArn=self._arn, input=text)
        return Execution(answer["executionArn"], clock.to_text(answer["startDate"]))

    def run(self, text: str) -> Execution:
        """Start an execution with an input, and return how it ended."""
        answer: Mapping[str, Any] = self._client.start_sync_execution(stateMachineArn=self._arn, input=text)
        output = json.loads(answer["output"]) if answer.get("output") else None
        began = clock.to_text(answer["startDate"])
        return Execution(answer["executionArn"], began, answer["status"], output, answer.get("error", ""))


def access(stage: Stage) -> Access:
    """Return how to reach the workflow; the example screens one transaction of now."""
    arn = stage.outputs[Output.WORKFLOW_ARN]
    now = clock.now()
    example = {
        "transaction_id": f"example-{now:%H%M%S}",
        "timestamp": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "amount": 12.5,
        "currency": "USD",
        "merchant_id": "merchant-example",
        "customer_id": "customer-example",
        "merchant_country": "US",
        "customer_country": "US",
    }
    call = f"aws stepfunctions start-sync-execution --state-machine-arn {arn} --input '{json.dumps(example)}'"
    if stage.endpoint:
        call = f"AWS_DISABLE_HOST_PREFIX_INJECTION=true {call}"
    return Access({"workflow": arn}, {}, call)
