"""A function that runs a container image of a repository of its own."""

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.function.base import Function, FunctionSpec, Packaged
from infra.constructs.image_function import content_tag, dockerfile_of, repository_purpose
from infra.names import Names


class ImageFunction(Function):
    """A function of the image that `lambda/<system>/<role>/Dockerfile` makes, named by its content.

    Its repository is another stack's: an image exists before the function that runs it. Repositories take no tag
    twice, and Lambda keeps the digest that the tag had when the function was deployed.
    https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, spec: FunctionSpec) -> None:
        name = names.of(repository_purpose(spec.role), "ecr")
        repository = ecr.Repository.from_repository_name(scope, f"{construct_id}Repository", name)
        tag = content_tag(dockerfile_of(names.system, spec.role))
        code = lambda_.Code.from_ecr_image(repository, tag_or_digest=tag)
        # The image itself says what runs: CMD names the handler.
        packaged = Packaged(code, lambda_.Handler.FROM_IMAGE)
        super().__init__(scope, construct_id, names=names, spec=spec, packaged=packaged)
