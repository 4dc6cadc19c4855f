"""Where the master stores a run, for `hallmark load judge`."""

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.secure_bucket import PrivateBucket
from infra.names import Names
from infra.stage import Removal

RUNS_PREFIX = "runs/"
KEPT = Duration.days(30)


class Runs(Construct):
    """A private bucket over TLS; a run holds token ids, latencies and answers, but no transactions."""

    def __init__(self, scope: Construct, construct_id: str, names: Names) -> None:
        super().__init__(scope, construct_id)
        forget = s3.LifecycleRule(
            id="forget", enabled=True, expiration=KEPT, abort_incomplete_multipart_upload_after=Duration.days(1)
        )
        self.bucket = PrivateBucket(
            self, "Bucket", names=names, role="runs", removal=Removal.DESTROY, lifecycle=[forget]
        )
