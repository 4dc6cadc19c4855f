"""Private buckets: over TLS only, and for what must be, under the AWS-managed key only."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs import principals
from infra.constructs.metadata import mark
from infra.names import Names
from infra.stage import Removal

_ALGORITHM = "s3:x-amz-server-side-encryption"
_KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"


class PrivateBucket(s3.Bucket):
    """A bucket of its owner alone, named with its account: bucket names are shared by the whole world."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        role: str,
        removal: Removal,
        lifecycle: Sequence[s3.LifecycleRule],
        encryption: s3.BucketEncryption = s3.BucketEncryption.S3_MANAGED,
        **settings: Any,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            bucket_name=names.bucket(role, Aws.ACCOUNT_ID),
            encryption=encryption,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=list(lifecycle),
            removal_policy=RemovalPolicy[removal],
            **settings,
        )


class SecureBucket(PrivateBucket):
    """A versioned bucket that refuses whatever is not written under the AWS-managed key."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        role: str,
        removal: Removal,
        lifecycle: Sequence[s3.LifecycleRule],
        tiering: Sequence[s3.IntelligentTieringConfiguration] = (),
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            names=names,
            role=role,
            removal=removal,
            lifecycle=lifecycle,
            encryption=s3.BucketEncryption.KMS_MANAGED,
            bucket_key_enabled=True,
            versioned=True,
            # Without it a lifecycle rule leaves out everything below 128 KB; ours are smaller.
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
            transition_default_minimum_object_size=s3.TransitionDefaultMinimumObjectSize.VARIES_BY_STORAGE_CLASS,
            intelligent_tiering_configurations=list(tiering) or None,
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
            principals=[principals.anyone()],
            actions=["s3:PutObject"],
            resources=[self.arn_for_objects("*")],
            conditions=conditions,
        )
        self.add_to_resource_policy(statement)
