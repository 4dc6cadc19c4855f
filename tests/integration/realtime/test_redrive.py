"""What lies in a queue for failures is done again, once it can be; what cannot be parsed stays and is named."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from hallmark import clock
from hallmark.digest import compare, digest
from hallmark.redrive import Outcome, find, redrive
from hallmark.stage import Stage
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import Injection, inject
from hallmark.systems.realtime.digest import PARTS
from hallmark.systems.realtime.failures import FAILURES
from infra.errors import UserError
from infra.realtime.outputs import Output
from tests.support.command import Command
from tests.support.waiting import wait_for

Json = dict[str, Any]
Make = Callable[..., Json]
RULE = "high-risk-merchant"
SECOND = timedelta(seconds=1)
UNDELIVERABLE = {"service": "delivery", "code": "NO_PERMISSIONS"}
# EventBridge takes the call and refuses the event in it, which is not retried.
UNPUBLISHED = {
    "service": "events",
    "action": "PutEvents",
    "status": 200,
    "fields": {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]},
}
# Rule, target's service, a text of the delivery: what fails once; and the words in which it is delivered again.
DEAD_LETTERS = {
    RULE: [
        ("lambda", RULE, "function:realtime-fraud_detector-dev:live"),
        ("sqs", RULE, "realtime-buffer-dev"),
        ("events", RULE, "event-bus/realtime-audit-dev"),
    ],
    "fraud-suspected": [("lambda", "fraud-suspected", "function:realtime-notifier-dev:live")],
    "record": [("logs", "record", "log-group:/aws/events/realtime-audit-dev")],
}


@pytest.fixture
def queues(stage: Stage) -> Iterator[Callable[[str], int]]:
    """Count the messages of a queue for failures; all are empty before the test and after it."""
    names = ("failure", "parking", f"{RULE}-dead-letter", "fraud-suspected-dead-letter", "record-dead-letter")
    sqs, found = stage.client("sqs"), {name: find(stage, name, FAILURES.queues) for name in names}

    def purge() -> None:
        for queue in found.values():
            sqs.purge_queue(QueueUrl=queue.url)

    def count(name: str) -> int:
        wanted = ["ApproximateNumberOfMessages"]
        answer = sqs.get_queue_attributes(QueueUrl=found[name].url, AttributeNames=wanted)["Attributes"]
        return int(answer[wanted[0]])

    purge()
    yield count
    purge()


@pytest.fixture
def broken(running_emulator: Emulator) -> Callable[..., ExitStack]:
    """Break what a transaction needs, for the time of a `with` block."""

    def strike(transaction_id: str, *faults: Json) -> ExitStack:
        stack = ExitStack()
        for fault in faults:
            contains = (transaction_id, *fault.get("contains", ()))
            injection = Injection(**{"times": 100, **fault, "contains": contains})
            stack.enter_context(inject(running_emulator.endpoint, injection))
        return stack

    return strike


@pytest.fixture
def run(stage: Stage) -> Callable[..., Outcome]:
    def redriven(name: str, limit: int | None = None, dry_run: bool = False) -> Outcome:
        queue = find(stage, name, FAILURES.queues)
        return redrive(stage, queue, FAILURES, limit=limit, dry_run=dry_run, progress=lambda progress: None)

    return redriven


@pytest.fixture
def suspicious(transaction: Make) -> Json:
    """A transaction of one rule, and of one alert."""
    return transaction(merchantCategory="luxury")


@pytest.fixture
def complete(targets: Any, suspicious: Json) -> Callable[[], None]:
    """Wait until the transaction has had all its effects, each as often as it must."""

    def wait() -> None:
        one = suspicious["transactionId"]
        wait_for(lambda: targets.audit_records(one, "alert"), "the alert")
        wait_for(lambda: len(targets.audit_bus(one, "lambda")) >= 2, "the functions' results")
        (accepted,) = targets.audit_records(one, "accepted")
        (message,) = targets.buffer(one)
        assert (message["ruleId"], message["event"]["detail"]) == (RULE, json.loads(accepted["detail"]))
        (copy,) = targets.audit_bus(one)
        assert (copy["detail"], copy["time"]) == (message["event"]["detail"], message["event"]["time"])
        assert len(targets.objects(one)) == 1

    return wait


@pytest.mark.control("RT_DLQ_REDRIVE", "RT_NO_LOSS")
def test_a_publication_that_failed_is_made(
    api: Any, queues: Any, broken: Any, run: Any, suspicious: Json, complete: Any, targets: Any
) -> None:
    with broken(suspicious["transactionId"], UNPUBLISHED):
        assert api.post(suspicious).status == 503
        assert queues("failure") == 1
        stays = run("failure")
        (reason,) = stays.failed.values()
        assert (reason, stays.left) == ("EventBridge refused the event: ThrottlingException", 1)
    assert targets.buffer(suspicious["transactionId"]) == []
    outcome = run("failure")
    assert (dict(outcome.done), outcome.failed, outcome.left) == ({"put TransactionReceived on transaction": 1}, {}, 0)
    complete()


@pytest.mark.control("RT_DLQ_REDRIVE", "RT_NO_LOSS")
@pytest.mark.parametrize(
    ("function", "fault"),
    [
        ("fraud_detector", {"service": "s3", "action": "PutObject", "status": 403, "code": "AccessDenied"}),
        ("notifier", {"service": "sns", "action": "Publish", "status": 403, "code": "AuthorizationError"}),
    ],
)
def test_an_event_on_which_a_function_gave_up_is_given_to_it_again(
    api: Any, queues: Any, broken: Any, run: Any, suspicious: Json, complete: Any, function: str, fault: Json
) -> None:
    with broken(suspicious["transactionId"], fault):
        api.accept(suspicious)
        wait_for(lambda: queues("failure") == 1, "the failure")
    outcome = run("failure")
    assert (dict(outcome.done), outcome.failed, outcome.left) == ({f"invoke {function}:live": 1}, {}, 0)
    complete()


@pytest.mark.control("RT_DLQ_REDRIVE", "RT_TARGET_DLQ", "RT_NO_LOSS")
@pytest.mark.parametrize("rule", DEAD_LETTERS)
def test_a_dead_letter_is_delivered_to_its_target(
    api: Any, queues: Any, broken: Any, run: Any, suspicious: Json, complete: Any, rule: str
) -> None:
    queue, missed = f"{rule}-dead-letter", DEAD_LETTERS[rule]
    faults = [{**UNDELIVERABLE, "action": service, "contains": (text,), "times": 1} for service, text, _ in missed]
    with broken(suspicious["transactionId"], *faults):
        received = clock.from_text(api.accept(suspicious)["receivedAt"])
        wait_for(lambda: queues(queue) == len(missed), "the dead letters")
    expected = {f"deliver {rule} to {target}": 1 for _, _, target in missed}
    foreseen = run(queue, dry_run=True)
    assert (dict(foreseen.done), foreseen.failed, foreseen.left) == (expected, {}, len(missed))
    wait_for(lambda: clock.now() - received > SECOND, "another second, for an event's time is told in seconds")
    outcome = run(queue)
    assert (dict(outcome.done), outcome.failed, outcome.left) == (expected, {}, 0)
    complete()


@pytest.mark.control("RT_DLQ_REDRIVE")
def test_what_was_parked_goes_back_and_is_done(
    stage: Stage, api: Any, queues: Any, broken: Any, run: Any, suspicious: Json, complete: Any
) -> None:
    with broken(suspicious["transactionId"], UNPUBLISHED):
        assert api.post(suspicious).status == 503
        for _ in range(3):
            assert run("failure").left == 1
        assert run("failure").done == {}
    assert (queues("failure"), queues("parking")) == (0, 1)
    with pytest.raises(UserError, match="SQS moves all of parking back to failure"):
        run("parking", limit=1)
    assert run("parking", dry_run=True).done == {"move back to failure": 1}
    outcome = run("parking")
    assert (dict(outcome.done), outcome.failed, outcome.left) == ({"move back to failure": 1}, {}, 0)
    assert run("failure").left == 0
    complete()


@pytest.mark.control("RT_DLQ_REDRIVE", "RT_IDEMPOTENT")
def test_a_message_that_is_redriven_twice_changes_nothing(
    stage: Stage, api: Any, targets: Any, queues: Any, run: Any, suspicious: Json, settle: Any, alerts: Any
) -> None:
    one = suspicious["transactionId"]
    api.accept(suspicious)
    settle()
    before = digest(stage, PARTS, [one])
    (accepted,) = targets.audit_records(one, "accepted")
    payload = {"ruleId": RULE, "detail": json.loads(accepted["detail"])}
    record = {"requestContext": {"functionArn": stage.outputs[Output.FRAUD_DETECTOR_ARN]}, "requestPayload": payload}
    for _ in range(2):
        stage.client("sqs").send_message(
            QueueUrl=stage.outputs[Output.FAILURE_QUEUE_URL], MessageBody=json.dumps(record)
        )
    assert dict(run("failure").done) == {"invoke fraud_detector:live": 2}
    settle()
    wait_for(lambda: len(targets.audit_bus(one, "lambda")) == 6, "the results of three verdicts")
    assert compare(before, digest(stage, PARTS, [one])).harmless
    assert digest(stage, PARTS, [one]).sha256 == before.sha256
    assert len([alert for alert in alerts() if one in alert["Message"]]) == 1


def _unknown(stage: Stage) -> dict[str, tuple[Json, str]]:
    """Messages that are not to be acted on, and why."""
    elsewhere = stage.outputs[Output.FRAUD_DETECTOR_ARN].replace("fraud_detector", "other")
    event = {"detail-type": "T", "source": "s", "time": "2026-03-03T12:00:00Z", "detail": {}}
    rule = f"{stage.outputs[Output.FRAUD_DETECTOR_ARN].split(':function')[0].replace('lambda', 'events')}:rule"
    attributes = {
        "RULE_ARN": f"{rule}/{stage.outputs[Output.TRANSACTION_BUS]}/realtime-{RULE}-dev",
        "TARGET_ARN": stage.outputs[Output.FRAUD_DETECTOR_ARN],
    }
    gone = {**attributes, "RULE_ARN": attributes["RULE_ARN"].replace(RULE, "none")}
    return {
        "text": ({"body": "hello"}, "it is not JSON"),
        "shape": ({"body": json.dumps({"a": 1})}, "it has no format of the pipeline"),
        "function": (
            {"body": json.dumps({"requestContext": {"functionArn": elsewhere}, "requestPayload": {}})},
            "the function realtime-other-dev:live is not one of the stage's",
        ),
        "bus": (
            {"body": json.dumps({"kind": "publish-failed", "entry": {"EventBusName": "default"}})},
            "its event is not for the transaction bus",
        ),
        "no attributes": ({"body": json.dumps(event)}, "it has no attribute RULE_ARN"),
        "another queue's": (
            {"body": json.dumps(event), "attributes": attributes},
            f"the rule realtime-{RULE}-dev has no target function:realtime-fraud_detector-dev:live "
            "with this dead-letter queue",
        ),
        "a rule that is gone": (
            {"body": json.dumps(event), "attributes": gone},
            "the rule realtime-none-dev has no target function:realtime-fraud_detector-dev:live "
            "with this dead-letter queue",
        ),
    }


@pytest.mark.control("RT_DLQ_REDRIVE")
def test_what_nobody_understands_stays_and_is_named(stage: Stage, queues: Any, run: Any, hallmark: Command) -> None:
    unknown = _unknown(stage)
    for message, _ in unknown.values():
        stage.client("sqs").send_message(
            QueueUrl=stage.outputs[Output.FAILURE_QUEUE_URL],
            MessageBody=message["body"],
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in message.get("attributes", {}).items()
            },
        )
    outcome = run("failure")
    assert sorted(outcome.failed.values()) == sorted(reason for _, reason in unknown.values())
    assert (outcome.done, outcome.left) == ({}, len(unknown))
    done = hallmark("redrive", "failure", "--target", "aws")
    assert done.returncode == 1
    assert done.stdout.strip().splitlines()[-1] == f"failure: 0 moved, {len(unknown)} failed, {len(unknown)} left"
    assert done.stdout.count(" stays: ") == len(unknown)


@pytest.mark.control("RT_DLQ_REDRIVE")
def test_a_limit_leaves_the_rest(stage: Stage, queues: Any, run: Any) -> None:
    for _ in range(12):
        stage.client("sqs").send_message(QueueUrl=stage.outputs[Output.FAILURE_QUEUE_URL], MessageBody="hello")
    assert [len(run("failure", limit=limit).failed) for limit in (1, 11, None)] == [1, 11, 12]
    assert queues("failure") == 12


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none", "there is no queue none to redrive: name one of buffer-dead-letter, failure, fraud-suspected-dead-"),
        ("buffer", None),
        ("f", "f is ambiguous: failure or fraud-suspected-dead-letter"),
        ("geo", None),
    ],
)
def test_a_name_may_be_begun(stage: Stage, name: str, message: str | None) -> None:
    if message is None:
        assert find(stage, name, FAILURES.queues).name == f"{'geo-anomaly' if name == 'geo' else name}-dead-letter"
        return
    with pytest.raises(UserError, match=message):
        find(stage, name, FAILURES.queues)
