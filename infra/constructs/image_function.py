"""What a function's image is made of, and the tag that names it; importable without the CDK.

An image's context is lambda/, its recipe `lambda/<system>/<function>/Dockerfile`. Equal sources have equal templates on
every machine, before any image exists.
"""

from pathlib import Path

from infra.errors import UserError
from infra.images import content
from infra.paths import ROOT

# The Python of every image: its version is Lambda's, and its tag moves with Lambda's security updates.
# https://docs.aws.amazon.com/lambda/latest/dg/python-image.html
BASE_IMAGE = "public.ecr.aws/lambda/python:3.11"
CONTEXT = ROOT / "lambda"


def dockerfile_of(system: str, function: str, context: Path = CONTEXT) -> Path:
    """Return a function's Dockerfile; UserError when it has none."""
    found = context / system / function / "Dockerfile"
    if not found.is_file():
        raise UserError(f"{found}: missing, a function that runs an image needs one")
    return found


def image_functions(context: Path = CONTEXT) -> list[tuple[str, str]]:
    """Return (system, function) of every function with a Dockerfile."""
    return sorted((file.parent.parent.name, file.parent.name) for file in context.glob("*/*/Dockerfile"))


def repository_purpose(function: str) -> str:
    """Return the purpose in the name of a function's repository."""
    return function.replace("_", "-")


def content_tag(dockerfile: Path, context: Path = CONTEXT) -> str:
    """Return the tag of an image's content: 64 hexadecimal digits over the Dockerfile and what its COPYs take."""
    return content.content_tag(dockerfile, context)
