"""A repository of one function's images."""

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs import principals
from infra.constructs.metadata import mark
from infra.names import Names

KEPT_IMAGES = 30
UNTAGGED_DAYS = 1


class Repository(ecr.Repository):
    """Scanned on push, with tags that are never moved, deleted with its images; only this account's functions pull.

    Lambda pulls with the repository's policy, not with the function's role.
    https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#configuration-images-permissions
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, purpose: str, role: str, region: str
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            repository_name=names.of(purpose, "ecr"),
            image_scan_on_push=True,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            encryption=ecr.RepositoryEncryption.AES_256,
            # ECR's own property; the older `auto_delete_images` brings a function.
            empty_on_delete=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.add_lifecycle_rule(
            rule_priority=1,
            description="untagged images",
            tag_status=ecr.TagStatus.UNTAGGED,
            max_image_age=Duration.days(UNTAGGED_DAYS),
        )
        # Functions run tagged images, and the newest of them: a deployment pushes before it names.
        self.add_lifecycle_rule(
            rule_priority=2,
            description=f"the newest {KEPT_IMAGES} tagged images stay",
            tag_status=ecr.TagStatus.TAGGED,
            tag_pattern_list=["*"],
            max_image_count=KEPT_IMAGES,
        )
        function = f"arn:{Aws.PARTITION}:lambda:{region}:{Aws.ACCOUNT_ID}:function:{names.of(purpose, 'lambda')}"
        self.add_to_resource_policy(_pull(function))
        mark(self, names, f"{role}-images")


def _pull(function: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="PullByFunctions",
        principals=[principals.service("lambda.amazonaws.com")],
        actions=["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        conditions={
            "ArnLike": {"aws:SourceArn": [function, f"{function}:*"]},
            "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
        },
    )
