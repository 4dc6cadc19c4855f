"""Permissions of the functions: exact actions on exact ARNs.

The CDK's grants are wider, so every statement is written out, once per permission.
"""

from collections.abc import Sequence

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam

from infra.realtime.events import FRAUD_SUSPECTED, SOURCE, TRANSACTION_RECEIVED
from infra.realtime.messaging import Buses
from infra.realtime.storage import PROCESSED_PREFIX, Storage


def ingest_processor(storage: Storage, buses: Buses) -> list[iam.PolicyStatement]:
    """Return those to count, accept and publish transactions."""
    return [
        # The recent transactions of the account are counted.
        _on_tables("CountRecent", ["dynamodb:Query"], [storage.transactions]),
        _accept([storage.transactions, storage.audit_logs]),
        _publish("PublishTransaction", buses.transaction, TRANSACTION_RECEIVED),
    ]


def fraud_detector(storage: Storage, buses: Buses) -> list[iam.PolicyStatement]:
    """Return those to judge, store and announce."""
    return [
        # The version in force is selected among a rule's versions.
        _on_tables("ReadRules", ["dynamodb:Query"], [storage.rules]),
        # The verdict's record is written once.
        _on_tables("RecordVerdict", ["dynamodb:PutItem"], [storage.audit_logs]),
        _write_processed(storage),
        _publish("PublishSuspicion", buses.system, FRAUD_SUSPECTED),
    ]


def notifier(storage: Storage, topic_arn: str) -> list[iam.PolicyStatement]:
    """Return those to look up the alert's record, alert and record."""
    return [
        # The record shows whether the alert was sent before.
        _on_tables("RecordAlert", ["dynamodb:GetItem", "dynamodb:PutItem"], [storage.audit_logs]),
        # One topic, for suspected fraud.
        iam.PolicyStatement(sid="Alert", actions=["sns:Publish"], resources=[topic_arn]),
    ]


def _on_tables(sid: str, actions: list[str], tables: Sequence[dynamodb.ITable]) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=[table.table_arn for table in tables])


def _accept(tables: Sequence[dynamodb.ITable]) -> iam.PolicyStatement:
    # A transaction and its acceptance are written together or not at all.
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    statement = _on_tables("AcceptTogether", ["dynamodb:PutItem"], tables)
    statement.add_condition("ForAnyValue:StringEquals", {"dynamodb:EnclosingOperation": ["TransactWriteItems"]})
    return statement


def _publish(sid: str, bus: events.IEventBus, detail_type: str) -> iam.PolicyStatement:
    # One kind of event on one bus. ForAllValues is true if the key is missing, hence Null.
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    return iam.PolicyStatement(
        sid=sid,
        actions=["events:PutEvents"],
        resources=[bus.event_bus_arn],
        conditions={
            "ForAllValues:StringEquals": {"events:source": SOURCE, "events:detail-type": detail_type},
            "Null": {"events:source": "false", "events:detail-type": "false"},
        },
    )


def _write_processed(storage: Storage) -> iam.PolicyStatement:
    # One prefix, over TLS.
    return iam.PolicyStatement(
        sid="WriteProcessed",
        actions=["s3:PutObject"],
        resources=[storage.processed.arn_for_objects(f"{PROCESSED_PREFIX}*")],
        conditions={"Bool": {"aws:SecureTransport": "true"}},
    )
