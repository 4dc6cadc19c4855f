"""What our events are called, on every bus."""

SOURCE = "hallmark.realtime"
TRANSACTION_RECEIVED = "TransactionReceived"
FRAUD_SUSPECTED = "FraudSuspected"
