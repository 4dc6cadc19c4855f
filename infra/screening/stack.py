"""One stage of the system `screening`, as a table of contents."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.images_stack import ImagesStack
from infra.constructs.system_stack import SystemStack, cost_tags
from infra.screening.alarms import RUNBOOKS, alarm_specs
from infra.screening.functions import Functions
from infra.screening.messaging import Queues, Topics
from infra.screening.network import NetworkStack
from infra.screening.outputs import outputs
from infra.screening.parameters import Function, Parameters
from infra.screening.storage import Storage
from infra.screening.workflow import screening_workflow
from infra.stage import Stage


class ScreeningStack(SystemStack):
    """`hallmark-screening-<stage>`, in its region; its data is neither retained nor protected."""

    def __init__(
        self, scope: Construct, stage: Stage[Parameters], network: NetworkStack, tags: Mapping[str, str]
    ) -> None:
        super().__init__(scope, stage, tags=tags)
        names = stage.names
        storage = Storage(self, "Storage", names)
        queues, topics = Queues(self, "Queues", stage), Topics(self, "Topics", stage)
        functions = Functions(self, "Functions", stage, network, storage)
        workflow = screening_workflow(self, "Workflow", stage, storage, queues, topics, functions)
        specs = alarm_specs(queues, functions, workflow)
        Alarms(self, "Alarms", names=names, specs=specs, topic_arn=topics.alarms.arn, runbooks=RUNBOOKS)
        for name, value in outputs(storage, queues, topics, functions, workflow).items():
            CfnOutput(self, name, value=value)


def stacks(scope: Construct, stage: Stage[Parameters]) -> list[Stack]:
    """Create the stacks of one stage, the main one last."""
    tags = cost_tags(stage, stage.parameters.cost_center)
    network = NetworkStack(scope, stage, tags)
    images = ImagesStack(scope, stage, functions=Function, tags=tags)
    main = ScreeningStack(scope, stage, network, tags)
    for one in (network, images):
        main.add_stack_dependency(one)
    return [network, images, main]
