"""Permissions of the functions: exact actions on exact ARNs."""

from aws_cdk import aws_iam as iam

from infra.constructs.role import allow
from infra.merchant_upload.storage import UPLOADS_PREFIX, Storage


def api_handler(storage: Storage) -> list[iam.PolicyStatement]:
    """Return those to sign forms and to record who requested one."""
    return [
        # A form has its signer's permissions: put below one prefix.
        allow("SignUploads", ["s3:PutObject"], storage.files.arn_for_objects(f"{UPLOADS_PREFIX}*")),
        # The record of an upload is written once.
        allow("RecordUpload", ["dynamodb:PutItem"], storage.transactions.table_arn),
    ]
