"""A private bucket under the AWS-managed key that archives what it holds."""

from typing import Any

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.metadata import mark
from infra.names import Names
from infra.stage import Removal

ARCHIVE_AFTER = Duration.days(90)
OLD_VERSIONS_FOR = Duration.days(400)
_ALGORITHM = "s3:x-amz-server-side-encryption"
_KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"


class SecureBucket(s3.Bucket):
    """A bucket named with its account, because bucket names are shared by the whole world."""

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, role: str, removal: Removal) -> None:
        super().__init__(
            scope,
            construct_id,
            bucket_name=names.bucket(role, Aws.ACCOUNT_ID),
            encryption=s3.BucketEncryption.KMS_MANAGED,
            bucket_key_enabled=True,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=True,
            lifecycle_rules=[_lifecycle()],
            # Without it a lifecycle rule leaves out everything below 128 KB; ours are about 1 KB.
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
            transition_default_minimum_object_size=s3.TransitionDefaultMinimumObjectSize.VARIES_BY_STORAGE_CLASS,
            intelligent_tiering_configurations=[
                s3.IntelligentTieringConfiguration(name="archive", archive_access_tier_time=ARCHIVE_AFTER)
            ],
            removal_policy=RemovalPolicy[removal],
        )
        # Default encryption puts no header on a request, so each of these asks the writer to say it.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
        self._deny_upload("EncryptionHeaderMissing", {"Null": {_ALGORITHM: "true"}})
        self._deny_upload("EncryptionOtherThanKms", {"StringNotEquals": {_ALGORITHM: "aws:kms"}})
        self._deny_upload("CustomerKey", {"Null": {_KEY_ID: "false"}})
        mark(self, names, role)

    def _deny_upload(self, sid: str, conditions: dict[str, Any]) -> None:
        # Whoever uploads otherwise than under the AWS-managed key is refused, whatever rights they hold.
        statement = iam.PolicyStatement(
            sid=sid,
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["s3:PutObject"],
            resources=[self.arn_for_objects("*")],
            conditions=conditions,
        )
        self.add_to_resource_policy(statement)


def _lifecycle() -> s3.LifecycleRule:
    """Intelligent-Tiering at once, Glacier Flexible Retrieval later: S3 allows the second step from the first.

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
