"""Storage of files and records; deleted with the stack on every stage."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.secure_bucket import SecureBucket
from infra.constructs.table import Index, Keys, Table, number_key, text_key
from infra.names import Names
from infra.stage import Removal

# What a notification may name: the forms put files there, and nothing writes there but them.
UPLOADS_PREFIX, UPLOADS_SUFFIX = "uploads/", ".csv"
ARCHIVE_AFTER = OLD_VERSIONS_FOR = Duration.days(90)
# The rows of a merchant's card by their times, and the uploads that are not finished.
CARD_INDEX = "card-index"


class Storage(Construct):
    """A bucket of files, and a table of uploads and what follows from them.

    `files_name` and `files_arn` are built, not references: the bucket depends on the function that it notifies.
    """

    def __init__(self, scope: Construct, construct_id: str, names: Names) -> None:
        super().__init__(scope, construct_id)
        self.files_name = names.bucket("files", Aws.ACCOUNT_ID)
        self.files_arn = f"arn:{Aws.PARTITION}:s3:::{self.files_name}"
        self.files = SecureBucket(
            self, "files", names=names, role="files", removal=Removal.DESTROY, lifecycle=[_archive()]
        )
        self.card_index = CARD_INDEX
        self.transactions = Table(
            self,
            "transactions",
            names=names,
            role="transactions",
            keys=Keys(text_key("transaction_id"), number_key("timestamp")),
            indexes=[Index(CARD_INDEX, Keys(text_key("cardKey"), number_key("timestamp")))],
            removal=Removal.DESTROY,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )


def _archive() -> s3.LifecycleRule:
    """Return the lifecycle: the table is the audit trail, so files are archived and older versions expire."""
    return s3.LifecycleRule(
        id="archive",
        enabled=True,
        transitions=[s3.Transition(storage_class=s3.StorageClass.GLACIER, transition_after=ARCHIVE_AFTER)],
        noncurrent_version_expiration=OLD_VERSIONS_FOR,
        # A delete marker without versions has no effect.
        expired_object_delete_marker=True,
        abort_incomplete_multipart_upload_after=Duration.days(7),
    )
