"""The images of a stage's functions, in the repositories of its stage, each under the tag of its content.

The emulator gets what `hallmark build` built, AWS what Docker builds. A tag that is there is left alone: repositories
take none twice, and it says what the image was built from.
"""

from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from hallmark.images import docker
from hallmark.images.published import Wanted, wanted
from hallmark.images.registry import Registry
from hallmark.images.step import built
from hallmark.stage import Stage
from infra.errors import UserError

_INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")


def digest_there(stage: Stage, repository: str, tag: str) -> str | None:
    """Return the digest that a stage's repository has under a tag; None without the tag or the repository.

    UserError for an index of several platforms, which Lambda does not run.
    """
    try:
        asked = [{"imageTag": tag}]
        (found,) = stage.client("ecr").describe_images(repositoryName=repository, imageIds=asked)["imageDetails"]
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ImageNotFoundException", "RepositoryNotFoundException"):
            raise
        return None
    if found.get("imageManifestMediaType") in _INDEXES:
        raise UserError(f"{repository}:{tag} is an index of several images: {_removal(stage, repository, tag)}")
    return str(found["imageDigest"])


def publish(stage: Stage) -> dict[str, str]:
    """Push the images that a stage lacks; return the digest of each function's, as ECR states it.

    UserError for a refusal, a missing repository, and a tag that has another image than this tree's.
    """
    return {one.function: _published(stage, one) for one in wanted(stage.system, stage.name)}


def _published(stage: Stage, one: Wanted) -> str:
    found = digest_there(stage, one.repository, one.tag)
    if found is None:
        host = _host(stage, one.repository)
        if stage.is_emulated:
            _registry(stage, host).push(one.repository, one.tag, built(one.system, one.function))
        else:
            docker.build_and_push(stage, one.system, one.function, f"{host}/{one.repository}:{one.tag}")
        found = digest_there(stage, one.repository, one.tag)
    if found is None:
        raise UserError(f"{one.repository}:{one.tag} was pushed, and ECR does not have it: deploy again")
    if stage.is_emulated and found != one.own_digest:
        raise UserError(
            f"{one.repository}:{one.tag} is {found}, not the image of this tree: "
            f"{_removal(stage, one.repository, one.tag)}"
        )
    return found


def _host(stage: Stage, repository: str) -> str:
    """Return the host of a stage's registry; UserError when it does not have the repository."""
    try:
        listed = stage.client("ecr").describe_repositories(repositoryNames=[repository])
    except ClientError as error:
        if error.response["Error"]["Code"] != "RepositoryNotFoundException":
            raise
        raise UserError(f"the repository {repository} does not exist: run `{stage.up_command}`") from None
    return str(listed["repositories"][0]["repositoryUri"]).partition("/")[0]


def _registry(stage: Stage, host: str) -> Registry:
    address = urlsplit(stage.client("ecr").meta.endpoint_url)
    return Registry(f"{address.scheme}://{address.netloc}", host)


def _removal(stage: Stage, repository: str, tag: str) -> str:
    return (
        f"delete it with `aws ecr batch-delete-image --repository-name {repository} --image-ids imageTag={tag} "
        f"--region {stage.region}`, then run `{stage.up_command}`"
    )
