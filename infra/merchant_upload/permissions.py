"""Permissions of the functions: exact actions on exact ARNs."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from infra.constructs.role import allow
from infra.constructs.stream_mapping import read_stream
from infra.merchant_upload.messaging import Queues, Topics
from infra.merchant_upload.storage import UPLOADS_PREFIX, Storage


def api_handler(storage: Storage) -> list[iam.PolicyStatement]:
    """Return those to sign forms, to record who requested one, and to look a status up."""
    table = storage.transactions.table_arn
    return [
        # A form has its signer's permissions: put below one prefix.
        _on_uploads(storage, "SignUploads", ["s3:PutObject"]),
        # The record of an upload is written once.
        allow("RecordUpload", ["dynamodb:PutItem"], table),
        # An upload's key is known; a transaction's time is not.
        allow("LookUp", ["dynamodb:GetItem", "dynamodb:Query"], table),
    ]


def validation(storage: Storage) -> list[iam.PolicyStatement]:
    """Return those to read a version of a file, to store its rows, and to remove one that holds card numbers."""
    return [
        _on_uploads(storage, "ReadUploads", ["s3:GetObjectVersion", "s3:DeleteObjectVersion"]),
        # Also what the transaction of a claim and its row needs.
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
        _items(storage, "StoreRows", "GetItem"),
    ]


def anomaly_detection(storage: Storage, queues: Queues, topics: Topics) -> list[iam.PolicyStatement]:
    """Return those to read the stream, to judge rows among those of their card, and to alert."""
    table = storage.transactions
    return [
        *read_stream(str(table.table_stream_arn), queues.anomaly_failure),
        # The other rows of a card.
        allow("ReadCards", ["dynamodb:Query"], f"{table.table_arn}/index/{storage.card_index}"),
        _items(storage, "RecordVerdicts", "BatchGetItem"),
        # One topic, for the compliance team.
        allow("Alert", ["sns:Publish"], topics.alerts.arn),
    ]


def _items(storage: Storage, sid: str, reading: str) -> iam.PolicyStatement:
    actions = [f"dynamodb:{action}" for action in (reading, "PutItem", "UpdateItem")]
    return allow(sid, actions, storage.transactions.table_arn)


def _on_uploads(storage: Storage, sid: str, actions: Sequence[str]) -> iam.PolicyStatement:
    # One prefix, over TLS.
    return iam.PolicyStatement(
        sid=sid,
        actions=list(actions),
        resources=[f"{storage.files_arn}/{UPLOADS_PREFIX}*"],
        conditions={"Bool": {"aws:SecureTransport": "true"}},
    )
