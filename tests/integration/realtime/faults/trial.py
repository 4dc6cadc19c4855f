"""One fault's trial: the transactions that are sent under it, what came back, and the tools to live with it."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hallmark.sending.outcome import Outcome, Status
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.transaction import Transaction
from infra.realtime.outputs import Output
from tests.integration.realtime.observations import Api, Json, Targets, drained
from tests.support.faults import FaultTrial
from tests.support.waiting import wait_for

START = datetime(2026, 3, 3, 15, tzinfo=UTC)
TRY_AGAIN = {429, 500, 502, 503, 504}
# No rule, one rule, and with the account's third within the window all five.
KINDS: list[dict[str, Any]] = [
    {},
    {"merchant_category": "crypto"},
    {
        "amount": Decimal(1500),
        "merchant_category": "luxury",
        "card_not_present": True,
        "country": "BR",
        "cardholder_time_zone": "Asia/Tokyo",
    },
]
MATCHES = 6


@dataclass
class Letters:
    """What ended in the failure queue and in the rules' dead-letter queues, taken out and remembered."""

    stage: Stage
    taken: list[Json] = field(default_factory=list)

    def of(self, prefix: str) -> list[Json]:
        """The messages that name the transactions of one trial."""
        named = self.stage.client("sqs").list_queues(QueueNamePrefix=f"{self.stage.system}-")["QueueUrls"]
        suffix = f"-dead-letter-{self.stage.name}"
        for url in [self.stage.outputs[Output.FAILURE_QUEUE_URL], *(url for url in named if url.endswith(suffix))]:
            self.taken.extend(drained(self.stage, url))
        return [letter for letter in self.taken if prefix in letter["Body"]]


@dataclass(kw_only=True)
class Trial(FaultTrial):
    """The transactions of one fault, their answers by status, and how often the fault struck."""

    api: Api
    targets: Targets
    letters: Letters
    outcomes: list[Outcome] = field(default_factory=list)

    def transactions(self) -> Iterator[Transaction]:
        """One of each kind, of one account, in time order."""
        for number, fields in enumerate(KINDS, 1):
            yield self.transaction(number, **fields)

    def transaction(self, number: int, **fields: Any) -> Transaction:
        plain: dict[str, Any] = {
            "amount": Decimal("12.5"),
            "currency": "USD",
            "region": "us-east-1",
            "merchant_category": "grocery",
            "card_not_present": False,
            "country": "US",
            "cardholder_time_zone": "America/New_York",
        }
        ts = START + timedelta(seconds=number)
        return Transaction(
            transaction_id=f"{self.prefix}{number}", account_id=f"acct-{self.prefix}x", ts=ts, **{**plain, **fields}
        )

    def post(self, transaction: Transaction) -> Any:
        """Send once, and count the answer."""
        answer = self.api.post(transaction.body())
        self.answers[answer.status] += 1
        return answer

    def send(self, transaction: Transaction, repeat: bool = True) -> None:
        """Send, again and again while the answer asks for it unless `repeat` is false, and note the outcome."""
        answer = self.post(transaction)
        if repeat and answer.status in TRY_AGAIN:
            answer = wait_for(lambda: self.lasting(transaction), f"an answer for {transaction.transaction_id}")
        if answer.status == 202:
            self.outcomes.append(Outcome(transaction, Status.ACCEPTED, answer.json()["receivedAt"]))
        else:
            self.outcomes.append(Outcome(transaction, Status.FAILED, reason=str(answer.status)))

    def lasting(self, transaction: Transaction) -> Any:
        """Send once; None while the answer asks for a repeat."""
        answer = self.post(transaction)
        return None if answer.status in TRY_AGAIN else answer

    @property
    def ids(self) -> list[str]:
        """The transactions that were answered with 202."""
        return [outcome.item.transaction_id for outcome in self.outcomes if outcome.carried]

    def wait_until_alerted(self) -> None:
        """Wait until every rule that the transactions match has its verdict and its alert."""

        def records() -> Counter[str]:
            return Counter(record["kind"] for name in self.ids for record in self.targets.audit_records(name))

        wait_for(lambda: records()["alert"] == records()["verdict"] == MATCHES, f"the alerts of {self.fault}")

    def put_again(self, transaction_id: str) -> None:
        """Put the event of an accepted transaction on the bus once more, as it was published."""
        (accepted,) = self.targets.audit_records(transaction_id, "accepted")
        self.put(accepted["detail"], datetime.fromisoformat(accepted["receivedAt"]))

    def put(self, detail: str, time: datetime) -> None:
        """Put an event TransactionReceived on the transaction bus."""
        entry = {
            "EventBusName": self.stage.outputs[Output.TRANSACTION_BUS],
            "Source": "hallmark.realtime",
            "DetailType": "TransactionReceived",
            "Detail": detail,
            "Time": time,
        }
        assert self.stage.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0

    def redo(self, letter: Json) -> None:
        """Invoke the function again whose invocation failed, or to which the event could not be delivered."""
        body = json.loads(letter["Body"])
        if "requestContext" in body:
            function, payload = body["requestContext"]["functionArn"], body["requestPayload"]
        else:
            attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
            rule = attributes["RULE_ARN"].rpartition("/")[2]
            rule_id = rule.removeprefix(f"{self.stage.system}-").removesuffix(f"-{self.stage.name}")
            function, payload = attributes["TARGET_ARN"], {"ruleId": rule_id, "detail": body["detail"]}
        self.stage.client("lambda").invoke(
            FunctionName=function, InvocationType="Event", Payload=json.dumps(payload).encode()
        )
