"""One stage of the system `merchant_upload`, as a table of contents."""

from aws_cdk import CfnOutput, Environment, Stack, Tags
from constructs import Construct

from infra.constructs.alarms import Alarms
from infra.constructs.bucket_notification import notify
from infra.constructs.metadata import mark_stack
from infra.merchant_upload.alarms import RUNBOOKS, alarm_specs
from infra.merchant_upload.api import upload_api
from infra.merchant_upload.functions import Functions
from infra.merchant_upload.messaging import Queues, Topics
from infra.merchant_upload.outputs import outputs
from infra.merchant_upload.parameters import Parameters
from infra.merchant_upload.storage import UPLOADS_PREFIX, UPLOADS_SUFFIX, Storage
from infra.stage import Stage
from infra.synthesis import synthesizer

# The customer's tags, the same for every stage; `stage` distinguishes the stages.
TAGS = {"Environment": "production", "Project": "transaction-processor"}


class MerchantUploadStack(Stack):
    """`hallmark-merchant-upload-<stage>`, in its region; its data is neither retained nor protected."""

    def __init__(self, scope: Construct, stage: Stage[Parameters]) -> None:
        system = stage.system
        super().__init__(
            scope,
            stage.stack_name(),
            env=Environment(region=system.region),
            synthesizer=synthesizer(),
            description=f"Hallmark {system.name}, {stage.name}: {system.about}",
        )
        mark_stack(self, system, stage.name)
        for key, value in TAGS.items():
            Tags.of(self).add(key, value)

        names = stage.names
        storage = Storage(self, "Storage", names)
        queues, topics = Queues(self, "Queues", stage), Topics(self, "Topics", stage)
        functions = Functions(self, "Functions", stage, storage, queues, topics)
        notify(
            self,
            "Notification",
            storage.files,
            storage.files_arn,
            functions.validation,
            prefix=UPLOADS_PREFIX,
            suffix=UPLOADS_SUFFIX,
        )
        api = upload_api(self, "Api", stage, functions.api_handler)
        specs = alarm_specs(stage.name, queues, functions, api)
        Alarms(self, "Alarms", names=names, specs=specs, topic_arn=topics.alarms.arn, runbooks=RUNBOOKS)
        for name, value in outputs(self, storage, queues, topics, functions, api).items():
            CfnOutput(self, name, value=value)


def stacks(scope: Construct, stage: Stage[Parameters]) -> list[Stack]:
    """Create the stacks of one stage, the main one last."""
    return [MerchantUploadStack(scope, stage)]
