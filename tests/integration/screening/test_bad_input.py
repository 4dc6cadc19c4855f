"""Whatever an execution is started with, it ends decided or rejected by the contract; what is refused is nowhere.

Drawn inputs, 500 or as many as `--requests` says, drawn again by `--seed`.
"""

import json
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.screening.machine import SUCCEEDED, Machine
from hallmark.systems.screening.plain import content, reading, tables
from infra.screening.outputs import Output
from tests.integration.screening.borders import placed
from tests.integration.screening.contract import DECISIONS, WHOLE
from tests.integration.screening.drawn_transactions import CARDS, SIGN, inputs
from tests.support.fuzzing import check_drawn
from tests.support.stage_contents import crashes, everything

OWN = WHOLE["transaction_id"]


def unfinished(stage: Stage) -> list[Any]:
    """Return the keys of all items that are open or failed."""
    table = stage.client("dynamodb").get_paginator("scan").paginate(TableName=stage.outputs[Output.STATE_TABLE])
    items = [item for page in table for item in page["Items"]]
    found = [item for item in items if "open" in item or item.get("status") == {"S": "failed"}]
    return sorted((item["transaction_id"]["S"], item["timestamp"]["N"]) for item in found)


@pytest.fixture(scope="module", autouse=True)
def left(stage: Stage) -> list[Any]:
    """What was unfinished before the first test of this file."""
    return unfinished(stage)


@pytest.fixture(scope="module", autouse=True)
def crashed(stage: Stage) -> int:
    """How often a function had crashed before the first test of this file."""
    return crashes(stage)


@dataclass
class Sender:
    """Starts executions, one after another, and judges their ends by the plain reading."""

    machine: Machine
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    sent: int = 0
    contents: dict[str, str] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)

    def judge(self, drawn: Any) -> None:
        """Start an execution; fail when its end is not the contract's."""
        self.sent += 1
        if isinstance(drawn, dict) and drawn.get("transaction_id") == OWN:
            drawn = placed(drawn, "transaction_id", f"txn-{self.run}-{self.sent}")
        text = json.dumps(drawn)
        ended = self.machine.run(text)
        assert ended.status == SUCCEEDED, (ended, text)
        value, began = json.loads(text), clock.from_text(ended.started_at)
        plain = reading.refusal(value, began, tables.tables().rates)
        expected = tuple(plain.__dict__.values()) if plain else self._claimed(value)
        if plain and content.identity_of(value, began):
            self._claimed(value)
        answer = ended.output
        self.ends[answer["decision"]] += 1
        if expected:
            known = content.id_of(value)
            said = {"transactionId": known} if known else {}
            wanted = {**said, "decision": "rejected", "field": expected[0], "rule": expected[1]}
            assert answer == wanted, text
        else:
            assert list(answer) == ["transactionId", "decision", "risk", "compliance"], (answer, text)
            assert answer["decision"] in DECISIONS[:3], (answer, text)

    def _claimed(self, value: Any) -> tuple[str, str] | None:
        """Return the conflict of a content whose id another one has had before."""
        hashed = json.dumps(value, sort_keys=True)
        first = self.contents.setdefault(value["transaction_id"], hashed)
        return None if first == hashed else ("transaction_id", "conflict")


@pytest.mark.control("SC_BAD_INPUT", "SC_VALIDATE")
def test_drawn_inputs(stage: Stage, crashed: int, request: pytest.FixtureRequest) -> None:
    sender = Sender(Machine(stage))
    check_drawn(request, "requests", inputs, sender.judge)
    assert sender.ends["rejected"] > sender.ends.total() / 4, sender.ends
    assert sender.ends.total() - sender.ends["rejected"] > sender.ends.total() / 20, sender.ends
    assert crashes(stage) == crashed


@pytest.mark.control("SC_BAD_INPUT", "SC_VALIDATE")
def test_what_was_refused_left_no_trace(stage: Stage, left: list[Any]) -> None:
    """Nothing more is left open or failed; neither a text that was drawn nor a card number is anywhere."""
    traces = "\n".join(everything(stage))
    assert "transaction judged" in traces, "run the whole file: this is about the inputs of its other test"
    assert SIGN not in traces
    assert not any(str(card) in traces for card in CARDS)
    assert unfinished(stage) == left
