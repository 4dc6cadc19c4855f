"""A stage in memory: items of both tables, objects, a state machine that does to an upload what the test says."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError

from hallmark.tables import plain, typed
from infra.bank_upload.outputs import Output

Item = dict[str, Any]
MACHINE, BUCKET = "arn:aws:states:us-east-1:1:stateMachine:uploads", "files"


class FakeStage:
    """Items by their keys, as the clients give them; `started` is called with the input of each execution."""

    system, name, region, target, quiet_seconds = "bank_upload", "dev", "us-east-1", "embedded", 0.0
    outputs = {  # noqa: RUF012 - as a stage has it
        Output.STATUS_TABLE: "status",
        Output.TRANSACTIONS_TABLE: "transactions",
        Output.FILES_BUCKET: BUCKET,
        Output.WORKFLOW_ARN: MACHINE,
        Output.API_KEY_IDS: '{"one": "1"}',
    }

    def __init__(self, *items: Item, started: Callable[["FakeStage", str], None] = lambda stage, given: None) -> None:
        self.items, self.started = list(items), started
        self.inputs: list[str] = []
        self.objects: dict[tuple[str, str], tuple[datetime, bytes]] = {}

    def client(self, service: str) -> "FakeStage":
        return self

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        ((table, asked),) = RequestItems.items()
        keys = [plain(key) for key in asked["Keys"]]
        found = [one for one in self.items for key in keys if key.items() <= one.items()]
        return {"Responses": {table: [typed(one) for one in found]}}

    def get_paginator(self, _: str) -> "FakeStage":
        return self

    def paginate(self, ExpressionAttributeValues: dict[str, Any], **asked: Any) -> list[dict[str, Any]]:
        (value,) = [one["S"] for one in ExpressionAttributeValues.values()]
        name = "open" if "IndexName" in asked else "uploadId"
        return [{"Items": [typed(one) for one in self.items if "part" in one and one.get(name) == value]}]

    def start_execution(self, stateMachineArn: str, input: str) -> dict[str, str]:
        assert stateMachineArn == MACHINE
        self.inputs.append(input)
        self.started(self, input)
        return {"executionArn": "arn"}

    def list_object_versions(self, Bucket: str, Prefix: str) -> dict[str, Any]:
        found = [(key, version, at) for (key, version), (at, _) in self.objects.items() if key.startswith(Prefix)]
        return {"Versions": [{"Key": key, "VersionId": version, "LastModified": at} for key, version, at in found]}

    def get_object(self, Bucket: str, Key: str, VersionId: str) -> dict[str, Any]:
        if (Key, VersionId) not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchVersion"}}, "GetObject")
        return {"Body": BytesIO(self.objects[Key, VersionId][1])}
