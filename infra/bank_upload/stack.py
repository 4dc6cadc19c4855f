"""One stage of the system `bank_upload`, as a table of contents."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.bank_upload.alarms import RUNBOOKS, alarm_specs
from infra.bank_upload.api import upload_api
from infra.bank_upload.functions import Functions
from infra.bank_upload.messaging import Queues, Topics
from infra.bank_upload.outputs import outputs
from infra.bank_upload.parameters import Function, Parameters
from infra.bank_upload.storage import Storage
from infra.bank_upload.workflow import upload_workflow
from infra.constructs.alarms import Alarms
from infra.constructs.images_stack import ImagesStack
from infra.constructs.system_stack import SystemStack, cost_tags
from infra.stage import Stage


class BankUploadStack(SystemStack):
    """`hallmark-bank-upload-<stage>`, in its region; its data is neither retained nor protected."""

    def __init__(self, scope: Construct, stage: Stage[Parameters], tags: Mapping[str, str]) -> None:
        super().__init__(scope, stage, tags=tags)
        names = stage.names
        storage = Storage(self, "Storage", names)
        queues, topics = Queues(self, "Queues", stage), Topics(self, "Topics", stage)
        functions = Functions(self, "Functions", stage, storage, topics)
        workflow = upload_workflow(self, "Workflow", stage, storage, queues, topics, functions)
        api = upload_api(self, "Api", stage, functions.validation)
        specs = alarm_specs(stage.name, queues, functions, api, workflow)
        Alarms(self, "Alarms", names=names, specs=specs, topic_arn=topics.alarms.arn, runbooks=RUNBOOKS)
        for name, value in outputs(self, storage, queues, topics, functions, api, workflow).items():
            CfnOutput(self, name, value=value)


def stacks(scope: Construct, stage: Stage[Parameters]) -> list[Stack]:
    """Create the stacks of one stage, the main one last."""
    tags = cost_tags(stage, stage.parameters.cost_center)
    images = ImagesStack(scope, stage, functions=Function, tags=tags)
    main = BankUploadStack(scope, stage, tags)
    main.add_stack_dependency(images)
    return [images, main]
