"""The repositories of a stage's images: a stack of its own, because a function needs its image when it is made."""

from aws_cdk import Environment, Stack
from constructs import Construct

from infra.bank_upload.parameters import Function, Parameters
from infra.bank_upload.tags import tag
from infra.constructs.image_function import repository_purpose
from infra.constructs.metadata import mark_stack
from infra.constructs.repository import Repository
from infra.stage import Stage
from infra.synthesis import synthesizer

PART = "images"


class ImagesStack(Stack):
    """`hallmark-bank-upload-images-<stage>`: a repository for each function."""

    def __init__(self, scope: Construct, stage: Stage[Parameters]) -> None:
        system = stage.system
        super().__init__(
            scope,
            stage.stack_name(PART),
            env=Environment(region=system.region),
            synthesizer=synthesizer(),
            description=f"Hallmark {system.name}, {stage.name}: the repositories of its functions' images",
        )
        mark_stack(self, system, stage.name)
        tag(self, stage)
        for function in Function:
            Repository(
                self,
                function,
                names=stage.names,
                purpose=repository_purpose(function),
                role=function,
                region=system.region,
            )
