"""Permissions of the tasks: exact actions on exact ARNs."""

from aws_cdk import Aws
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3

from infra.constructs import principals
from infra.load.runs import RUNS_PREFIX
from infra.load.target import LoadTarget
from infra.stage import Stage, SystemParameters


def master(stage: Stage[SystemParameters], target: LoadTarget, runs: s3.IBucket) -> list[iam.PolicyStatement]:
    """Return the master's: it plans the run, reads the archive's size, stores the samples."""
    return [_read_outputs(stage), *_read_archive_size(stage, target), _leave_run(runs)]


def worker(stage: Stage[SystemParameters], key_id: str) -> list[iam.PolicyStatement]:
    """Return a worker's: it needs the address and the key."""
    # The value of this one key; it is in no template, variable or log.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
    key = f"arn:{Aws.PARTITION}:apigateway:{stage.system.region}::/apikeys/{key_id}"
    read_key = iam.PolicyStatement(sid="ReadKey", actions=["apigateway:GET"], resources=[key])
    return [_read_outputs(stage), read_key]


def execution(repository: ecr.IRepository, log_group: logs.ILogGroup) -> list[iam.PolicyStatement]:
    """Return those of Fargate itself for a task: pull the image, write the log.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return [
        # This ECR action has no resource type.
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
        iam.PolicyStatement(sid="RegistryToken", actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        iam.PolicyStatement(sid="PullImage", actions=pull, resources=[repository.repository_arn]),
        iam.PolicyStatement(
            sid="OwnLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.log_group_arn],
        ),
    ]


def only_tasks(region: str) -> iam.IPrincipal:
    """Return the principal that allows only tasks of this account and region to assume the role.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    return principals.service(
        "ecs-tasks.amazonaws.com",
        conditions={
            "ArnLike": {"aws:SourceArn": f"arn:{Aws.PARTITION}:ecs:{region}:{Aws.ACCOUNT_ID}:*"},
            "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
        },
    )


def _read_outputs(stage: Stage[SystemParameters]) -> iam.PolicyStatement:
    # Address and key id are outputs. A stack's ARN ends with an id that changes when it is recreated.
    where = f"{stage.system.region}:{Aws.ACCOUNT_ID}"
    stack = f"arn:{Aws.PARTITION}:cloudformation:{where}:stack/{stage.stack_name()}/*"
    return iam.PolicyStatement(sid="ReadOutputs", actions=["cloudformation:DescribeStacks"], resources=[stack])


def _read_archive_size(stage: Stage[SystemParameters], target: LoadTarget) -> list[iam.PolicyStatement]:
    if target.archive is None:
        return []
    # The archive's size before the run.
    where = f"{stage.system.region}:{Aws.ACCOUNT_ID}"
    archive = f"arn:{Aws.PARTITION}:events:{where}:archive/{stage.names.of(target.archive, 'archive')}"
    return [iam.PolicyStatement(sid="ReadArchiveSize", actions=["events:DescribeArchive"], resources=[archive])]


def _leave_run(runs: s3.IBucket) -> iam.PolicyStatement:
    # One prefix, over TLS.
    return iam.PolicyStatement(
        sid="LeaveRun",
        actions=["s3:PutObject"],
        resources=[runs.arn_for_objects(f"{RUNS_PREFIX}*")],
        conditions={"Bool": {"aws:SecureTransport": "true"}},
    )
