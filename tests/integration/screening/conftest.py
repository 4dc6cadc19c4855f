"""What tests of screening need: its stage, its workflow, what is kept, and what the topic of alerts says."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from hallmark.ledger.subscription import Subscription, subscribed
from hallmark.naming import physical
from hallmark.stage import Stage
from hallmark.tables import plain
from infra.screening.outputs import Output
from tests.support.stages import open_or_deploy
from tests.support.waiting import wait_for

Json = dict[str, Any]
EXPRESS_SECONDS = 300


@dataclass(frozen=True)
class Workflow:
    """The machine, and its queue of failures."""

    stage: Stage

    def run(self, given: Any) -> Json:
        """Start an execution and wait for its end; return the answer of Step Functions, its output as JSON."""
        sent = {"stateMachineArn": self.stage.outputs[Output.WORKFLOW_ARN], "input": json.dumps(given)}
        answer: Json = self.stage.client("stepfunctions").start_sync_execution(**sent)
        return {**answer, "output": json.loads(answer["output"]) if answer.get("output") else None}

    def answer(self, given: Any) -> Json:
        """Return what an execution says that must succeed."""
        ended = self.run(given)
        assert ended["status"] == "SUCCEEDED", ended
        found: Json = ended["output"]
        return found

    def start(self, given: Any) -> str:
        """Start an execution; return its ARN."""
        sent = {"stateMachineArn": self.stage.outputs[Output.WORKFLOW_ARN], "input": json.dumps(given)}
        return str(self.stage.client("stepfunctions").start_execution(**sent)["executionArn"])

    def letters(self) -> list[Json]:
        """Return the letters in the queue of failures, and leave them there."""
        seen = self.stage.messages(self.stage.outputs[Output.FAILURE_QUEUE_URL]) or ()
        return [json.loads(one["Body"]) for one in seen]

    def take(self, execution: str) -> Json:
        """Take the letter of an execution, which must be the only one, out of the queue of failures."""
        sqs, url = self.stage.client("sqs"), self.stage.outputs[Output.FAILURE_QUEUE_URL]

        def own() -> list[Json]:
            asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 2}
            seen = [*iter(lambda: tuple(sqs.receive_message(**asked).get("Messages", [])), ())]
            return [one for page in seen for one in page if json.loads(one["Body"])["execution"] == execution]

        found = wait_for(own, f"the letter of {execution}")
        letters = {one["MessageId"]: one for one in found}
        for one in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        (letter,) = letters.values()
        body: Json = json.loads(letter["Body"])
        return body


@dataclass(frozen=True)
class Kept:
    """What the state table has, as plain values."""

    stage: Stage

    def under(self, transaction_id: str) -> list[Json]:
        """Return all items under an id, by their times."""
        asked = {
            "TableName": self.stage.outputs[Output.STATE_TABLE],
            "KeyConditionExpression": "transaction_id = :id",
            "ExpressionAttributeValues": {":id": {"S": transaction_id}},
            "ConsistentRead": True,
        }
        return [plain(item) for item in self.stage.client("dynamodb").query(**asked)["Items"]]

    def record(self, transaction_id: str) -> Json | None:
        """Return the record of an id."""
        return next((item for item in self.under(transaction_id) if item["timestamp"] > 0), None)

    def ended(self, transaction_id: str, *statuses: str) -> Json:
        """Wait until an id's record is decided and closed, or has one of these statuses; return it."""

        def found() -> Json | None:
            item = self.record(transaction_id)
            return item if item and "open" not in item and item["status"] in ("decided", *statuses) else None

        return wait_for(found, f"the end of {transaction_id}", EXPRESS_SECONDS) or {}


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest) -> Stage:
    """`dev` of screening."""
    return open_or_deploy(request, "screening")


@pytest.fixture(scope="session")
def kept(stage: Stage) -> Kept:
    """What the stage keeps."""
    return Kept(stage)


@pytest.fixture(scope="session")
def workflow(stage: Stage) -> Workflow:
    """The stage's workflow."""
    return Workflow(stage)


@pytest.fixture(scope="module")
def topic(stage: Stage) -> Iterator[Subscription]:
    """Listen to the topic of alerts for as long as a module's tests."""
    with subscribed(stage, stage.outputs[Output.ALERTS_TOPIC_ARN]) as heard:
        yield heard


@pytest.fixture
def throttled(stage: Stage) -> Callable[[str], Any]:
    """Return what keeps a function from running for as long as it is open."""
    functions = stage.client("lambda")

    @contextmanager
    def closed(name: str) -> Iterator[None]:
        function = physical(stage, name, "lambda")
        before = functions.get_function_concurrency(FunctionName=function)["ReservedConcurrentExecutions"]
        functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
        try:
            yield
        finally:
            functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=before)

    return closed
