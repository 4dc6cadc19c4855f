"""Repositories of images with their policies, and which digest an image of a function must have.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html
"""

import json
from collections.abc import Iterator

from hallmark.images.published import own_digest
from hallmark.observe.deployment import Deployment, Json, Thing, capitalized, tags
from policies.engine.services.code import image_named

REPOSITORY = "AWS::ECR::Repository"
_SETTINGS = ("ImageTagMutability", "ImageTagMutabilityExclusionFilters", "ImageScanningConfiguration")
_ABSENT = ("ImageNotFoundException", "RepositoryNotFoundException")


def repositories(deployment: Deployment) -> Iterator[Thing]:
    """Yield the repositories with their policy and lifecycle."""
    for one in deployment.pages("ecr", "describe_repositories", "repositories"):
        name = one["repositoryName"]
        if deployment.is_ours(REPOSITORY, name):
            yield Thing(REPOSITORY, name, {"RepositoryName": name, **_settings(deployment, one, name)})


def _settings(deployment: Deployment, one: Json, name: str) -> Json:
    found = capitalized(one, *_SETTINGS)
    for key in ("ImageScanningConfiguration", "EncryptionConfiguration"):
        if value := one.get(key[0].lower() + key[1:]):
            found[key] = capitalized(value, *(f"{inner[0].upper()}{inner[1:]}" for inner in value))
    which = {"repositoryName": name}
    policy = deployment.asked("ecr", "get_repository_policy", "RepositoryPolicyNotFoundException", **which)
    if policy:
        found["RepositoryPolicyText"] = json.loads(policy["policyText"])
    lifecycle = deployment.asked("ecr", "get_lifecycle_policy", "LifecyclePolicyNotFoundException", **which)
    if lifecycle:
        found["LifecyclePolicy"] = {"LifecyclePolicyText": lifecycle["lifecyclePolicyText"]}
    return found | tags(deployment.asked("ecr", "list_tags_for_resource", resourceArn=one["repositoryArn"]).get("tags"))


def right_digest(deployment: Deployment, uri: str) -> str | None:
    """Return the digest that a function of this URI must run: what ECR has under its tag; None if it has none.

    On the emulator it must be this tree's image, too, where the tag is of this tree's sources: None if it is not.
    """
    path, named = image_named(uri)
    if named.startswith("sha256:"):
        return named
    if not named:
        return None
    repository = path.partition("/")[2]
    which = {"repositoryName": repository, "imageIds": [{"imageTag": named}]}
    listed = deployment.asked("ecr", "describe_images", *_ABSENT, **which).get("imageDetails")
    found = str(listed[0]["imageDigest"]) if listed else None
    own = own_digest(deployment.stage, repository, named) if deployment.stage.is_emulated else None
    return found if own in (None, found) else None


READERS = {REPOSITORY: repositories}
