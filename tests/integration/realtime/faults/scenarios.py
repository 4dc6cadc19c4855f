"""What happens under each fault of the table: one function for those that are injected, one each for the others."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from threading import Barrier

from hallmark.digest import digest
from hallmark.systems.realtime.digest import PARTS
from infra.realtime.outputs import Output
from tests.integration.realtime.faults.injections import INJECTED
from tests.integration.realtime.faults.trial import KINDS, Trial
from tests.support.faults import wanted_strikes
from tests.support.waiting import wait_for

CLIENTS = 50
REPEATS = 2


def injected(trial: Trial) -> None:
    """Send under the injected faults; live with the answers, and do again what ended in a queue if it is to be."""
    case = INJECTED[trial.fault]
    struck = f"{trial.prefix}{case.number or ''}"
    injections = [replace(injection, contains=(struck, *injection.contains)) for injection in case.injections]
    with trial.struck(injections, {}) as armed:
        for transaction in trial.transactions():
            trial.send(transaction, repeat=not case.silent)
        trial.await_strikes(armed, wanted_strikes(injections))
        wait_for(lambda: len(trial.letters.of(trial.prefix)) >= case.letters, f"the letters of {trial.fault}")
    assert trial.answers[503] >= case.refused, trial.answers
    if case.silent:
        (refused,) = (outcome.item for outcome in trial.outcomes if not outcome.carried)
        records = trial.targets.audit_records(refused.transaction_id)
        assert [record["kind"] for record in records] == ["accepted"], "claimed, and nothing else was to come of it"
    for letter in trial.letters.of(trial.prefix) if case.redriven else []:
        trial.redo(letter)


def id_taken(trial: Trial) -> None:
    """The same transactionId with other content is a conflict."""
    for transaction in trial.transactions():
        trial.send(transaction)
        others = (
            replace(transaction, amount=transaction.amount + 1),
            replace(transaction, account_id=f"{transaction.account_id}y"),
            replace(transaction, ts=transaction.ts.replace(microsecond=1000)),
        )
        assert [trial.post(other).status for other in others] == [409, 409, 409]
        trial.strikes += len(others)


def duplicate_delivery(trial: Trial) -> None:
    """Every event comes again, after its effects are there."""
    _accepted(trial)
    for transaction_id in trial.ids * REPEATS:
        trial.put_again(transaction_id)
        trial.strikes += 1


def out_of_order(trial: Trial) -> None:
    """What is derived is deleted, and the events come newest first: the same bytes return."""
    _accepted(trial)
    before = digest(trial.stage, PARTS, trial.ids)
    _forget(trial)
    assert digest(trial.stage, PARTS, trial.ids) != before
    for transaction_id in reversed(trial.ids):
        trial.put_again(transaction_id)
        trial.strikes += 1
    wait_for(lambda: digest(trial.stage, PARTS, trial.ids) == before, "the same bytes")


def _accepted(trial: Trial) -> None:
    for transaction in trial.transactions():
        trial.send(transaction)
    trial.wait_until_alerted()


def _forget(trial: Trial) -> None:
    """Delete the verdicts and the processed objects; the alerts stay, for no alert may be sent twice."""
    dynamodb, s3 = trial.stage.client("dynamodb"), trial.stage.client("s3")
    for transaction_id in trial.ids:
        for record in trial.targets.audit_records(transaction_id, "verdict"):
            key = {name: {"S": record[name]} for name in ("transactionId", "ts")}
            dynamodb.delete_item(TableName=trial.stage.outputs[Output.AUDIT_LOGS_TABLE], Key=key)
        for name in trial.targets.objects(transaction_id):
            s3.delete_object(Bucket=trial.stage.outputs[Output.PROCESSED_BUCKET], Key=name)


def poison(trial: Trial) -> None:
    """An event that the detector cannot read ends in the failure queue; those behind it do not wait for it."""
    detail = trial.transaction(9, merchant_category="crypto").fields()
    trial.put(json.dumps(detail), datetime.now(UTC))
    trial.strikes += 1
    _accepted(trial)
    (letter,) = wait_for(lambda: trial.letters.of(trial.prefix), "the poison's record", seconds=300)
    record = json.loads(letter["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestPayload"] == {"ruleId": "high-risk-merchant", "detail": detail}


def fifty_at_once(trial: Trial) -> None:
    """Fifty clients send the same request at the same moment; each repeats until it has a lasting answer."""
    transaction = trial.transaction(1, **{**KINDS[-1], "amount": Decimal(2000)})
    barrier = Barrier(CLIENTS)

    def client(_: int) -> bytes:
        barrier.wait(timeout=30)
        return bytes(wait_for(lambda: trial.lasting(transaction), "an answer", seconds=60).data)

    with ThreadPoolExecutor(CLIENTS) as pool:
        bodies = set(pool.map(client, range(CLIENTS)))
    trial.strikes = CLIENTS
    trial.send(transaction)
    assert len(bodies) == 1, "all were to get the same answer"


OTHERS: dict[str, Callable[[Trial], None]] = {
    "id-taken": id_taken,
    "duplicate-delivery": duplicate_delivery,
    "out-of-order": out_of_order,
    "poison": poison,
    "fifty-at-once": fifty_at_once,
}
