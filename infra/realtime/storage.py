"""Storage of transactions, rules, audit records and processed objects."""

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.secure_bucket import SecureBucket
from infra.constructs.table import Keys, Table, number_key, text_key
from infra.realtime.parameters import Parameters
from infra.stage import Stage

PROCESSED_PREFIX = "processed/"
ARCHIVE_AFTER = Duration.days(90)
OLD_VERSIONS_FOR = Duration.days(400)


class Storage(Construct):
    """Three tables and a bucket."""

    def __init__(self, scope: Construct, construct_id: str, stage: Stage[Parameters]) -> None:
        super().__init__(scope, construct_id)
        self._names, self._removal = stage.names, stage.removal
        self.transactions = self._table("transactions", Keys(text_key("accountId"), text_key("ts")))
        self.rules = self._table("rules", Keys(text_key("ruleId"), number_key("version")))
        self.audit_logs = self._table("audit-logs", Keys(text_key("transactionId"), text_key("ts")))
        self.processed = SecureBucket(
            self,
            "processed",
            names=stage.names,
            role="processed",
            removal=stage.removal,
            lifecycle=[_tier_then_archive()],
            tiering=[s3.IntelligentTieringConfiguration(name="archive", archive_access_tier_time=ARCHIVE_AFTER)],
        )

    def _table(self, role: str, keys: Keys) -> Table:
        return Table(self, role, names=self._names, role=role, keys=keys, removal=self._removal)


def _tier_then_archive() -> s3.LifecycleRule:
    """Return the lifecycle: Intelligent-Tiering immediately, Glacier Flexible Retrieval later, which S3 allows.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    """
    return s3.LifecycleRule(
        id="tier-then-archive",
        enabled=True,
        transitions=[
            s3.Transition(storage_class=s3.StorageClass.INTELLIGENT_TIERING, transition_after=Duration.days(0)),
            s3.Transition(storage_class=s3.StorageClass.GLACIER, transition_after=ARCHIVE_AFTER),
        ],
        noncurrent_version_expiration=OLD_VERSIONS_FOR,
        abort_incomplete_multipart_upload_after=Duration.days(7),
    )
