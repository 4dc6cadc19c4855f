"""Images for AWS, built and pushed by Docker, or by the program with its commands that CDK_DOCKER names.

https://docs.aws.amazon.com/cdk/v2/guide/build-containers.html
https://docs.aws.amazon.com/lambda/latest/dg/python-image.html
"""

import base64
import os
import subprocess

from hallmark.project import BUILD, FAILURE_LOG, ROOT
from hallmark.stage import Stage
from infra.constructs.image_function import CONTEXT, dockerfile_of
from infra.errors import UserError

PLATFORM = "linux/arm64"
# Lambda runs one image, no index: attestations would make one of it.
_PLAIN = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
_TROUBLE = ("error", "denied", "fail", "cannot", "unable", "unauthorized")


def program() -> str:
    """Return the program that builds images."""
    return os.environ.get("CDK_DOCKER") or "docker"


def build_and_push(stage: Stage, system: str, function: str, uri: str) -> None:
    """Build a function's image for Graviton and push it to a URI of ECR; UserError in one line when a command fails."""
    host = uri.partition("/")[0]
    user, password = _credentials(stage)
    _call("login", "--username", user, "--password-stdin", host, given=password)
    dockerfile = dockerfile_of(system, function)
    local = f"hallmark-{system}-{function}".replace("_", "-") + f":{uri.rpartition(':')[2]}"
    _call(
        *("build", "--platform", PLATFORM, "--provenance=false", "--tag", local),
        *("--file", str(dockerfile.relative_to(ROOT)), str(CONTEXT.relative_to(ROOT))),
    )
    _call("tag", local, uri)
    _call("push", uri)


def _credentials(stage: Stage) -> tuple[str, str]:
    """Return user and password of the registry, for twelve hours."""
    found = stage.client("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(found).decode().partition(":")
    return user, password


def _call(*arguments: str, given: str = "") -> None:
    """Run a command of the program; what it needs to keep secret is given on its standard input."""
    command, shown = [program(), *arguments], f"`{program()} {arguments[0]}`"
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **_PLAIN},
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise UserError(
            f"{shown} cannot be started ({error.strerror}): install Docker, or name a program with its commands in "
            "CDK_DOCKER"
        ) from None
    if done.returncode:
        output = (done.stdout + done.stderr).strip()
        BUILD.mkdir(exist_ok=True)
        FAILURE_LOG.write_text(output)
        lines = output.splitlines() or ["no output"]
        cause = next((line for line in lines if any(word in line.lower() for word in _TROUBLE)), lines[-1])
        raise UserError(f"{shown} failed: {cause.strip()} (full output: {FAILURE_LOG.relative_to(ROOT)})")
