"""Permissions of the functions: exact actions on exact ARNs."""

from aws_cdk import aws_iam as iam

from infra.constructs.role import allow
from infra.merchant_upload.storage import UPLOADS_PREFIX, Storage


def api_handler(storage: Storage) -> list[iam.PolicyStatement]:
    """Return those to sign forms and to record who requested one."""
    return [
        _sign_uploads(storage),
        # The record of an upload is written once.
        allow("RecordUpload", ["dynamodb:PutItem"], storage.transactions.table_arn),
    ]


def _sign_uploads(storage: Storage) -> iam.PolicyStatement:
    # A form has its signer's permissions: put below one prefix, over TLS.
    return iam.PolicyStatement(
        sid="SignUploads",
        actions=["s3:PutObject"],
        resources=[storage.files.arn_for_objects(f"{UPLOADS_PREFIX}*")],
        conditions={"Bool": {"aws:SecureTransport": "true"}},
    )
