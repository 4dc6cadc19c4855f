"""Storage of files and records; deleted with the stack on every stage."""

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.secure_bucket import SecureBucket
from infra.constructs.table import Index, Keys, Table, text_key
from infra.names import Names
from infra.stage import Removal

# `uploads/{bank}/{reportDate}/{uploadId}.csv`, as the wildcard of a rule: a prefix and a suffix would be alternatives.
UPLOADS_PREFIX, UPLOADS = "uploads/", "uploads/*.csv"
# Uploads of a bank by time, those that are not finished, and a bank's transactions of a day by time.
BANK_INDEX, OPEN_INDEX, DAY_INDEX = "bank-time", "open-time", "bank-day-time"
OLD_VERSIONS_FOR = Duration.days(90)


class Storage(Construct):
    """A bucket of valid files, a table of what became of each, and one of their rows."""

    def __init__(self, scope: Construct, construct_id: str, names: Names) -> None:
        super().__init__(scope, construct_id)
        self.files = SecureBucket(
            self, "files", names=names, role="files", removal=Removal.DESTROY, lifecycle=[_tidy()]
        )
        self.status = self._table(
            "processing-status",
            names,
            Keys(text_key("uploadId"), text_key("part")),
            Index(BANK_INDEX, Keys(text_key("bank"), text_key("receivedAt"))),
            # Sparse: only what is not finished has the attribute.
            Index(OPEN_INDEX, Keys(text_key("open"), text_key("receivedAt"))),
        )
        self.transactions = self._table(
            "transactions",
            names,
            Keys(text_key("transactionKey")),
            Index(DAY_INDEX, Keys(text_key("bankDay"), text_key("timestamp"))),
        )

    def _table(self, role: str, names: Names, keys: Keys, *indexes: Index) -> Table:
        return Table(self, role, names=names, role=role, keys=keys, indexes=indexes, removal=Removal.DESTROY)


def _tidy() -> s3.LifecycleRule:
    """Return the lifecycle: files stay, for they are what was reported; what is no file's version does not."""
    return s3.LifecycleRule(
        id="tidy",
        enabled=True,
        noncurrent_version_expiration=OLD_VERSIONS_FOR,
        expired_object_delete_marker=True,
        abort_incomplete_multipart_upload_after=Duration.days(7),
    )
