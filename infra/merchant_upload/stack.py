"""One stage of the system `merchant_upload`, as a table of contents."""

from aws_cdk import CfnOutput, Environment, Stack, Tags
from constructs import Construct

from infra.constructs.metadata import mark_stack
from infra.merchant_upload.api import upload_api
from infra.merchant_upload.functions import api_handler
from infra.merchant_upload.outputs import outputs
from infra.merchant_upload.parameters import Parameters
from infra.merchant_upload.storage import Storage
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

        storage = Storage(self, "Storage", stage.names)
        handler = api_handler(self, stage, storage)
        api = upload_api(self, "Api", stage, handler)
        for name, value in outputs(self, storage, handler, api).items():
            CfnOutput(self, name, value=value)


def stacks(scope: Construct, stage: Stage[Parameters]) -> list[Stack]:
    """Create the stacks of one stage, the main one last."""
    return [MerchantUploadStack(scope, stage)]
