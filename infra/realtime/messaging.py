"""The event buses and the queues."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.metadata import mark
from infra.constructs.secure_queue import SecureQueue
from infra.names import Names

TRANSACTION_BUS = "transaction"
SYSTEM_BUS = "system"
AUDIT_BUS = "audit"
RECEIVES = 3
# Shorter than its dead-letter queue's, so that redriven messages do not expire unseen.
BUFFER_RETENTION = Duration.days(4)


class Buses(Construct):
    """Transactions arrive on one, suspicions on the second; the third records."""

    def __init__(self, scope: Construct, construct_id: str, names: Names) -> None:
        super().__init__(scope, construct_id)
        self.transaction = self._bus(TRANSACTION_BUS, names)
        self.system = self._bus(SYSTEM_BUS, names)
        self.audit = self._bus(AUDIT_BUS, names)

    def _bus(self, role: str, names: Names) -> events.EventBus:
        bus = events.EventBus(self, role, event_bus_name=names.of(role, "bus"))
        mark(bus, names, f"{role}-bus")
        return bus


class Queues(Construct):
    """The buffer of matched events, and the queues for failures.

    Messages that a reader of `buffer` cannot handle go to `buffer-dead-letter`, those of `failure` to `parking`.
    """

    def __init__(self, scope: Construct, construct_id: str, names: Names) -> None:
        super().__init__(scope, construct_id)
        self.buffer_dead_letter = SecureQueue(self, "buffer-dead-letter", names=names, role="buffer-dead-letter")
        self.buffer = SecureQueue(
            self,
            "buffer",
            names=names,
            role="buffer",
            retention=BUFFER_RETENTION,
            dead_letter=sqs.DeadLetterQueue(queue=self.buffer_dead_letter, max_receive_count=RECEIVES),
        )
        self.parking = SecureQueue(self, "parking", names=names, role="parking")
        self.failure = SecureQueue(
            self,
            "failure",
            names=names,
            role="failure",
            dead_letter=sqs.DeadLetterQueue(queue=self.parking, max_receive_count=RECEIVES),
        )
