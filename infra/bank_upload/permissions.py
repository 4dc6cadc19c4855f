"""Permissions of the functions: exact actions on exact ARNs. The workflow's and the rule's are in workflow.py."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from infra.bank_upload.messaging import Topics
from infra.bank_upload.storage import UPLOADS_PREFIX, Storage
from infra.constructs.role import allow
from infra.constructs.table import Table


def validation(storage: Storage) -> list[iam.PolicyStatement]:
    """Return those to keep a valid file once, to read a version of it, and to record what became of it."""
    return [
        # Without the current version's right, a file that is there already could not be asked for its version.
        _on_uploads(storage, "KeepFiles", ["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion"]),
        _items(storage.status, "RecordUploads", "GetItem", "PutItem", "UpdateItem"),
    ]


def transformation(storage: Storage) -> list[iam.PolicyStatement]:
    """Return those to read a range of a version, to store its rows, and to record the range."""
    return [
        _on_uploads(storage, "ReadFiles", ["s3:GetObjectVersion"]),
        # A transaction of puts, each of which fails on a row that exists, and shows it.
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
        _items(storage.transactions, "StoreRows", "PutItem"),
        _items(storage.status, "RecordRanges", "UpdateItem"),
    ]


def notification(storage: Storage, topics: Topics) -> list[iam.PolicyStatement]:
    """Return those to sum an upload's ranges, to announce it, and to end it."""
    return [
        _items(storage.status, "EndUploads", "Query", "UpdateItem"),
        # One topic, for downstream systems.
        allow("Announce", ["sns:Publish"], topics.results.arn),
    ]


def _items(table: Table, sid: str, *actions: str) -> iam.PolicyStatement:
    return allow(sid, [f"dynamodb:{action}" for action in actions], table.table_arn)


def _on_uploads(storage: Storage, sid: str, actions: Sequence[str]) -> iam.PolicyStatement:
    # One prefix, over TLS.
    return iam.PolicyStatement(
        sid=sid,
        actions=list(actions),
        resources=[storage.files.arn_for_objects(f"{UPLOADS_PREFIX}*")],
        conditions={"Bool": {"aws:SecureTransport": "true"}},
    )
