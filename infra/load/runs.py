"""Where the master leaves a run, for `hallmark load judge` to fetch."""

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.names import Names

RUNS_PREFIX = "runs/"
KEPT = Duration.days(30)


class Runs(Construct):
    """A private bucket over TLS; a run holds token ids, latencies and answers, no transaction."""

    def __init__(self, scope: Construct, construct_id: str, names: Names) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=names.bucket("runs", Aws.ACCOUNT_ID),
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="forget",
                    enabled=True,
                    expiration=KEPT,
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=RemovalPolicy.DESTROY,
        )
