"""What each function may do, and nothing else: exact actions on exact ARNs."""

from aws_cdk import aws_iam as iam

from infra.constructs.role import allow
from infra.merchant_upload.storage import UPLOADS_PREFIX, Storage


def api_handler(storage: Storage) -> list[iam.PolicyStatement]:
    """Signs forms, writes down who asked for one."""
    return [
        # A form may do what its signer may: put below one prefix.
        allow("SignUploads", ["s3:PutObject"], storage.files.arn_for_objects(f"{UPLOADS_PREFIX}*")),
        # The record of an upload is written once.
        allow("RecordUpload", ["dynamodb:PutItem"], storage.transactions.table_arn),
    ]
