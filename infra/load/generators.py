"""Locust's master and its workers as task definitions of one image."""

from collections.abc import Mapping, Sequence

from aws_cdk import IgnoreMode, RemovalPolicy
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.role import least_role
from infra.load import permissions
from infra.load.image import CONTEXT
from infra.load.network import MASTER_PORT
from infra.load.target import LoadTarget
from infra.names import Names
from infra.paths import ROOT
from infra.stage import Stage, SystemParameters
from infra.systems import SYSTEM_VARIABLE

# A Locust process uses one processor.
CPU, MEMORY_MIB = "1024", "2048"
# The folder that a task may write to; load/Dockerfile creates it and its user.
RUNS_FOLDER, USER = "/runs", "1000"


class Generators(Construct):
    """A cluster and its task definitions; no task runs by default. L1, because the CDK's L2 widen their roles."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        names: Names,
        stage: Stage[SystemParameters],
        target: LoadTarget,
        workers: int,
        runs: s3.IBucket,
        key_id: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self._names, self._region = names, stage.system.region
        self.cluster_name = names.of("generators")
        ecs.CfnCluster(
            self,
            "Cluster",
            cluster_name=self.cluster_name,
            cluster_settings=[ecs.CfnCluster.ClusterSettingsProperty(name="containerInsights", value="enabled")],
        )
        self._image = assets.DockerImageAsset(
            self,
            "Image",
            directory=str(ROOT),
            file="load/Dockerfile",
            platform=assets.Platform.LINUX_ARM64,
            ignore_mode=IgnoreMode.DOCKER,
            exclude=["*", *(f"!{path}" for path in CONTEXT), "**/__pycache__", "**/*.pyc"],
        )
        self._log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/hallmark/{names.of('generators')}",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self._execution = self._role("execution", permissions.execution(self._image.repository, self._log_group))
        settings = {SYSTEM_VARIABLE: stage.system.name, "STAGE": stage.name, "AWS_DEFAULT_REGION": self._region}
        master = {**settings, "WORKERS": str(workers), "RUNS_BUCKET": runs.bucket_name}
        self.master = self._task("master", permissions.master(stage, target, runs), master)
        self.worker = self._task("worker", permissions.worker(stage, key_id), settings)

    def _role(self, thing: str, statements: Sequence[iam.PolicyStatement]) -> iam.Role:
        return least_role(
            self,
            f"{thing.capitalize()}Role",
            name=self._names.of(thing, "role"),
            trusted=permissions.only_tasks(self._region),
            statements=statements,
        )

    def _task(
        self, role: str, statements: Sequence[iam.PolicyStatement], environment: Mapping[str, str]
    ) -> ecs.CfnTaskDefinition:
        kinds = ecs.CfnTaskDefinition
        return kinds(
            self,
            role.capitalize(),
            family=self._names.of(role),
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=CPU,
            memory=MEMORY_MIB,
            runtime_platform=kinds.RuntimePlatformProperty(cpu_architecture="ARM64", operating_system_family="LINUX"),
            execution_role_arn=self._execution.role_arn,
            task_role_arn=self._role(role, statements).role_arn,
            volumes=[kinds.VolumeProperty(name="runs")],
            container_definitions=[self._container(role, environment)],
        )

    def _container(
        self, role: str, environment: Mapping[str, str]
    ) -> ecs.CfnTaskDefinition.ContainerDefinitionProperty:
        kinds = ecs.CfnTaskDefinition
        ports = [kinds.PortMappingProperty(container_port=MASTER_PORT, protocol="tcp")] if role == "master" else None
        return kinds.ContainerDefinitionProperty(
            name=role,
            image=self._image.image_uri,
            essential=True,
            user=USER,
            readonly_root_filesystem=True,
            command=[role],
            environment=[kinds.KeyValuePairProperty(name=key, value=value) for key, value in environment.items()],
            mount_points=[
                kinds.MountPointProperty(source_volume="runs", container_path=RUNS_FOLDER, read_only=False),
            ],
            port_mappings=ports,
            log_configuration=kinds.LogConfigurationProperty(
                log_driver="awslogs",
                options={
                    "awslogs-group": self._log_group.log_group_name,
                    "awslogs-region": self._region,
                    "awslogs-stream-prefix": role,
                },
            ),
        )
