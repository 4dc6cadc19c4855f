"""Storage of files and records; deleted with the stack on every stage."""

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.secure_bucket import SecureBucket
from infra.constructs.table import Keys, Table, number_key, text_key
from infra.names import Names
from infra.stage import Removal

UPLOADS_PREFIX = "uploads/"
ARCHIVE_AFTER = OLD_VERSIONS_FOR = Duration.days(90)


class Storage(Construct):
    """A bucket of files, and a table of uploads and what follows from them."""

    def __init__(self, scope: Construct, construct_id: str, names: Names) -> None:
        super().__init__(scope, construct_id)
        self.files = SecureBucket(
            self, "files", names=names, role="files", removal=Removal.DESTROY, lifecycle=[_archive()]
        )
        self.transactions = Table(
            self,
            "transactions",
            names=names,
            role="transactions",
            keys=Keys(text_key("transaction_id"), number_key("timestamp")),
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
