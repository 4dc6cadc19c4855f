"""Which functions run an image, and from what it is built; importable without the CDK."""

from pathlib import Path

from infra.errors import UserError
from infra.paths import ROOT

# Of every image: a version of Python, whose tag moves with Lambda's security updates.
# https://docs.aws.amazon.com/lambda/latest/dg/python-image.html
BASE_IMAGE = "public.ecr.aws/lambda/python:3.11"
CONTEXT = ROOT / "lambda"


def image_functions(context: Path = CONTEXT) -> list[tuple[str, str]]:
    """Return (system, function) of every function with a Dockerfile."""
    return sorted((file.parent.parent.name, file.parent.name) for file in context.glob("*/*/Dockerfile"))


def dockerfile_of(system: str, function: str, context: Path = CONTEXT) -> Path:
    """Return a function's Dockerfile; UserError when it has none."""
    found = context / system / function / "Dockerfile"
    if not found.is_file():
        raise UserError(f"{found}: missing, a function that runs an image needs one")
    return found


def repository_purpose(function: str) -> str:
    """Return the purpose in the name of a function's repository."""
    return function.replace("_", "-")
