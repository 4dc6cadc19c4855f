"""Load generators of one stage, as a table of contents."""

from aws_cdk import CfnOutput, CfnParameter, Environment, Fn, Stack, Tags
from constructs import Construct

from infra.load.generators import Generators
from infra.load.network import Network
from infra.load.runs import Runs
from infra.load.target import LoadTarget
from infra.names import Names
from infra.stage import Stage, SystemParameters
from infra.synthesis import synthesizer
from infra.systems import System

TOOL = "load"


class LoadStack(Stack):
    """`hallmark-load-<system>-<stage>`: no task runs in it until one is started, see docs/load.md.

    The stage under load is named, not referenced, so its own stack does not change.
    """

    def __init__(self, scope: Construct, stage: Stage[SystemParameters], target: LoadTarget, workers: int) -> None:
        super().__init__(
            scope,
            f"hallmark-{TOOL}-{stage.system.slug}-{stage.name}",
            synthesizer=synthesizer(),
            env=Environment(region=stage.system.region),
            description=f"Hallmark {TOOL}, {stage.name}: Locust on Fargate against {stage.system.name}",
        )
        # Without a stage mark: no catalogue of controls applies to it.
        self.add_metadata("Hallmark", {"System": TOOL, "Region": stage.system.region})
        Tags.of(self).add("system", TOOL)
        Tags.of(self).add("stage", stage.name)
        names = names_of(stage)
        key_id = CfnParameter(
            self,
            "ApiKeyId",
            description=f"The id (not the value) of the stage's API key: the output {target.key_output} of its stack",
            allowed_pattern="[a-z0-9]{10}",
        )

        network = Network(self, "Network", names)
        runs = Runs(self, "Runs", names)
        generators = Generators(self, "Generators", names, stage, target, workers, runs.bucket, key_id.value_as_string)
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


def names_of(stage: Stage[SystemParameters]) -> Names:
    """Return the generators' physical names, which differ from those of the system under load."""
    slug, about = stage.system.slug, "load generators"
    forms = {
        "name_form": f"{TOOL}-{{thing}}-{slug}-{{stage}}",
        "bucket_form": f"{TOOL}-{{thing}}-{slug}-{{stage}}-{{account}}",
    }
    return Names(TOOL, stage.name, System(TOOL, "", stage.system.region, about, **forms))
