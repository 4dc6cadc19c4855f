"""Names of our events on every bus, and the delivery settings of the rules."""

from aws_cdk import Duration

from infra.constructs.event_fanout import Delivery

SOURCE = "hallmark.realtime"
TRANSACTION_RECEIVED = "TransactionReceived"
FRAUD_SUSPECTED = "FraudSuspected"
DELIVERY = Delivery(retries=30, event_age=Duration.hours(1))
