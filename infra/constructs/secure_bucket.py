"""Private buckets: access over TLS only, writes optionally under the AWS-managed key only."""

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
    """A private bucket whose name contains the account: bucket names are global."""

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
    """A versioned bucket that refuses every write that is not under the AWS-managed key."""

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
            # Without it a lifecycle rule skips objects below 128 KB; ours are smaller.
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
            transition_default_minimum_object_size=s3.TransitionDefaultMinimumObjectSize.VARIES_BY_STORAGE_CLASS,
            intelligent_tiering_configurations=list(tiering) or None,
        )
        # Default encryption adds no header to a request, so each of these requires the writer to set it.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
        self._deny_upload("EncryptionHeaderMissing", {"Null": {_ALGORITHM: "true"}})
        self._deny_upload("EncryptionOtherThanKms", {"StringNotEquals": {_ALGORITHM: "aws:kms"}})
        self._deny_upload("CustomerKey", {"Null": {_KEY_ID: "false"}})
        mark(self, names, role)

    def _deny_upload(self, sid: str, conditions: dict[str, Any]) -> None:
        # An upload that is not under the AWS-managed key is refused, whatever permissions the caller has.
        statement = iam.PolicyStatement(
            sid=sid,
            effect=iam.Effect.DENY,
            principals=[principals.anyone()],
            actions=["s3:PutObject"],
            resources=[self.arn_for_objects("*")],
            conditions=conditions,
        )
        self.add_to_resource_policy(statement)
