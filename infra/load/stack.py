"""Load generators of one stage, as a table of contents."""

from aws_cdk import CfnOutput, CfnParameter, Environment, Fn, Stack, Tags
from constructs import Construct

from infra.load.generators import Generators
from infra.load.network import Network
from infra.load.runs import Runs
from infra.names import Names
from infra.stage import REGION, StageConfig

SYSTEM = "load"


class LoadStack(Stack):
    """`hallmark-load-<stage>`: nothing runs in it until somebody runs a task; docs/load.md says how.

    The stage under load is named, not referenced: its own stack stays as it is.
    """

    def __init__(self, scope: Construct, config: StageConfig) -> None:
        super().__init__(
            scope,
            f"hallmark-{SYSTEM}-{config.stage}",
            env=Environment(region=REGION),
            description=f"Hallmark {SYSTEM}, {config.stage}: Locust on Fargate against the stage",
        )
        # Without a stage mark: it belongs to no catalogue of controls.
        self.add_metadata("Hallmark", {"System": SYSTEM})
        Tags.of(self).add("system", SYSTEM)
        Tags.of(self).add("stage", config.stage)
        names = Names(SYSTEM, config.stage)
        key_id = CfnParameter(
            self,
            "ApiKeyId",
            description="The id (not the value) of the stage's API key: the output ApiKeyId of its stack",
            allowed_pattern="[a-z0-9]{10}",
        )

        network = Network(self, "Network", names)
        runs = Runs(self, "Runs", names)
        generators = Generators(self, "Generators", names, config, runs.bucket, key_id.value_as_string)
        outputs = {
            "Cluster": generators.cluster_name,
            "MasterTask": generators.master.ref,
            "WorkerTask": generators.worker.ref,
            "Subnets": Fn.join(",", network.subnet_ids),
            "SecurityGroup": network.security_group_id,
            "RunsBucket": runs.bucket.bucket_name,
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
