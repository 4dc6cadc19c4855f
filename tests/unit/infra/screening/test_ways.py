"""The ways of an execution, walked by the emulator's own states: what is called, and what the answer is."""

import json
import re
from typing import Any

import pytest
from ministack.services import stepfunctions

from infra.screening.definition import definition
from infra.screening.places import Places

ID = "txn-00000001"
ANSWER = {"transactionId": ID, "decision": "review", "risk": {}, "compliance": {}}
KNOWN = {"transaction": {"transaction_id": ID}, "key": {"id": ID, "time": "1"}}
ACCEPTED = {"outcome": "accepted", **KNOWN, "usd": "10"}
REPEATED = {"outcome": "decided", **KNOWN, "answer": ANSWER, "alerts": {}}
SCORED = {"score": 50, "level": "HIGH", "reasons": [], "version": "1"}
CALLED = ["validation", "fraud", "compliance"]


def alert(kind):
    return {"alertId": f"id-of-{kind}", "kind": kind, "decision": "review"}


class Walk:
    """A run of the machine whose functions answer as they are told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        places = Places("validation", "fraud", "compliance", "queue", "state", "topic")
        self.machine = json.loads(re.sub(r"\$\{Token\[[^]]*]}", "aws", json.dumps(definition(places))))
        self.answers: dict[str, Any] = {"fraud": SCORED}
        self.called: list[str] = []
        self.payloads: dict[str, Any] = {}
        monkeypatch.setattr(stepfunctions, "_invoke_resource", self._answer)
        monkeypatch.setattr(stepfunctions, "_scaled_sleep", lambda seconds: None)

    def _answer(self, resource: str, said: Any) -> Any:
        action = resource.rsplit(":", 1)[-1]
        name = said["FunctionName"] if action == "invoke" else action
        self.called.append(f"{name} {said['Message']['kind']}" if action == "publish" else name)
        if action == "invoke":
            self.payloads[name] = said["Payload"]
            return {"Payload": self.answers[name], "StatusCode": 200}
        return {}

    def run(self, validation: Any, compliance: Any = None, given: Any = None) -> Any:
        """Return the answer of an execution."""
        self.answers |= {"validation": validation, "compliance": compliance}
        context = {"Execution": {"Id": "execution", "StartTime": "now"}, "State": {"EnteredTime": "now"}}
        data = {"transaction_id": ID} if given is None else given
        return stepfunctions._run_sub_machine(self.machine["States"], "Begin", data, {"events": []}, context)


@pytest.fixture
def walk(monkeypatch):
    return Walk(monkeypatch)


@pytest.mark.parametrize("given", [{"transaction_id": ID}, [], "text", 0, False])
def test_a_refused_transaction_is_a_result_whatever_its_input_was(walk, given):
    answer = {"decision": "rejected", "field": "amount", "rule": "required"}
    assert walk.run({"outcome": "rejected", "answer": answer}, given=given) == answer
    assert walk.called == ["validation"]
    assert walk.payloads["validation"] == {"transaction": given, "execution": "execution", "startedAt": "now"}


def test_functions_get_what_was_validated_and_nothing_of_the_input(walk):
    assert walk.run(ACCEPTED, {"answer": ANSWER, "alerts": {}}, {"transaction_id": ID, "more": 1}) == ANSWER
    known = {**KNOWN, "usd": "10", "execution": "execution"}
    assert walk.payloads["fraud"] == known
    assert walk.payloads["compliance"] == {**known, "risk": SCORED}
    assert walk.called == CALLED


@pytest.mark.parametrize("kinds", [("fraud",), ("compliance",), ("fraud", "compliance")])
def test_alerts_that_are_due_are_told_and_marked(walk, kinds):
    alerts = {kind: alert(kind) for kind in kinds}
    told = [*(f"publish {kind}" for kind in kinds), "updateItem"]
    assert walk.run(ACCEPTED, {"answer": ANSWER, "alerts": alerts}) == ANSWER
    assert walk.called == [*CALLED, *told]
    walk.called.clear()
    # A repeat tells what was never told, and is not judged again.
    assert walk.run({**REPEATED, "alerts": alerts}) == ANSWER
    assert walk.called == ["validation", *told]


def test_a_repeat_that_was_told_is_its_answer(walk):
    assert walk.run(REPEATED) == ANSWER
    assert walk.called == ["validation"]


@pytest.mark.parametrize(
    "answer", [None, {}, "no", {"outcome": "other"}, {"outcome": "accepted"}, {"outcome": "rejected"}]
)
def test_an_answer_of_validation_that_is_none_is_its_failure(walk, answer, monkeypatch):
    # The id is another test's.
    kept = {"failure": {"state": "Validate", "error": "UnknownOutcome"}}
    walk.machine["States"]["UncheckedId"] = {"Type": "Pass", "Result": kept, "Next": "KeepUnchecked"}
    with pytest.raises(stepfunctions._ExecutionError) as raised:
        walk.run(answer)
    assert (raised.value.error, raised.value.cause) == ("UnknownOutcome", "Validate")
    assert walk.called == ["validation", "sendMessage"]


@pytest.mark.parametrize("answer", [None, {}, {"alerts": {"fraud": alert("fraud")}}])
def test_an_answer_of_the_check_that_is_none_is_its_failure(walk, answer):
    with pytest.raises(stepfunctions._ExecutionError) as raised:
        walk.run(ACCEPTED, answer)
    assert (raised.value.error, raised.value.cause) == ("UnknownOutcome", "Check")
    assert walk.called == [*CALLED, "sendMessage", "updateItem"]
