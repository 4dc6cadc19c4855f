"""The repositories of a stage's images: a stack of its own, because a function needs its image when it is made."""

from collections.abc import Iterable, Mapping
from typing import Any

from constructs import Construct

from infra.constructs.image_function import repository_purpose
from infra.constructs.repository import Repository
from infra.constructs.system_stack import SystemStack
from infra.stage import Stage

PART = "images"


class ImagesStack(SystemStack):
    """`hallmark-<system>-images-<stage>`: a repository for each function."""

    def __init__(
        self, scope: Construct, stage: Stage[Any], *, functions: Iterable[str], tags: Mapping[str, str]
    ) -> None:
        super().__init__(scope, stage, part=PART, about="the repositories of its functions' images", tags=tags)
        for function in functions:
            Repository(
                self,
                function,
                names=stage.names,
                purpose=repository_purpose(function),
                role=function,
                region=stage.system.region,
            )
