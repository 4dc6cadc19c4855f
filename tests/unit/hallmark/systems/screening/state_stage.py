"""A stage in memory: items of the state table, and a workflow that does to them what the test says."""

from collections.abc import Callable
from typing import Any

from hallmark.tables import plain, typed
from infra.screening.outputs import Output

Item = dict[str, Any]
MACHINE = "arn:aws:states:us-east-1:1:stateMachine:transactions"


class StateStage:
    """Items as the clients give them; `started` is called with the stage after each start."""

    system, name, region, target, quiet_seconds = "screening", "dev", "us-east-1", "embedded", 0.0
    outputs = {Output.STATE_TABLE: "state", Output.WORKFLOW_ARN: MACHINE}  # noqa: RUF012 - as a stage has it

    def __init__(self, *items: Item, started: Callable[["StateStage"], None] = lambda stage: None) -> None:
        self.items, self.started = list(items), started
        self.inputs: list[str] = []

    def client(self, service: str) -> "StateStage":
        return self

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        keys = [plain(key) for key in RequestItems["state"]["Keys"]]
        found = [one for one in self.items for key in keys if key.items() <= one.items()]
        return {"Responses": {"state": [typed(one) for one in found]}}

    def get_paginator(self, _: str) -> "StateStage":
        return self

    def paginate(self, ExpressionAttributeValues: dict[str, Any], **asked: Any) -> list[dict[str, Any]]:
        (value,) = [one["S"] for one in ExpressionAttributeValues.values()]
        name = {"open-time": "open", "customer-time": "customer_id"}.get(asked.get("IndexName", ""), "transaction_id")
        return [{"Items": [typed(one) for one in self.items if one.get(name) == value]}]

    def start_execution(self, stateMachineArn: str, input: str) -> dict[str, Any]:
        assert stateMachineArn == MACHINE
        self.inputs.append(input)
        self.started(self)
        return {"executionArn": "again"}
