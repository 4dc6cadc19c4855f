"""A workflow's branch of what fails, walked by the emulator's own states over a table in the test's process."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from ministack.services import stepfunctions

from tests.support.local_dynamodb import Keys, LocalDynamoDb

Json = dict[str, Any]


class FailureBranch:
    """The branch; `failing` are the actions that refuse, `kept` and `told` what the queue and the topic got."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, branch: Mapping[str, Any], table: str, keys: Keys) -> None:
        self.table, self._name = LocalDynamoDb({table: keys}), table
        # The partition is a token until the stack is synthesized.
        self.states = json.loads(re.sub(r"\$\{Token\[[^]]*]}", "aws", json.dumps(branch)))
        self.kept: list[Any] = []
        self.told: list[Any] = []
        self.failing: set[str] = set()
        invoke = stepfunctions._invoke_resource

        def answer(resource: str, said: Any) -> Any:
            action = resource.rsplit(":", 1)[-1]
            if action in self.failing:
                raise stepfunctions._ExecutionError("Any.ServiceException", "said no")
            if action == "updateItem":
                return invoke(resource, said)
            {"sendMessage": self.kept, "publish": self.told}[action].append(said)
            return {"MessageId": "m"}

        monkeypatch.setattr(stepfunctions, "_invoke_resource", answer)
        monkeypatch.setattr(stepfunctions, "_scaled_sleep", lambda seconds: None)

    def walk(self, first: str, data: Json, execution: Json) -> tuple[str, str]:
        """Walk the branch from a state; return the error and the cause with which it ends."""
        with pytest.raises(stepfunctions._ExecutionError) as raised:
            stepfunctions._run_sub_machine(self.states, first, data, {"events": []}, {"Execution": execution})
        return raised.value.error, raised.value.cause

    def put(self, item: Json) -> None:
        """Let an item be there."""
        serialize = TypeSerializer().serialize
        self.table.put({name: serialize(value) for name, value in item.items()}, self._name)

    def items(self) -> list[Json]:
        """Return the items as plain values."""
        deserialize = TypeDeserializer().deserialize
        found = self.table.items(self._name)
        return [{name: deserialize(value) for name, value in item.items()} for item in found]
