"""The image that a function's ImageUri names: looked up when it is deployed, and refused as Lambda refuses it.

Lambda resolves a tag to a digest once, so moving the tag later changes nothing.
https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import ecr

from hallmark.stage.embedded.extensions.iam_judge import service_may

Json = dict[str, Any]
_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<repository>[a-z0-9._/-]+)"
    r"(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_PULLS = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
# Manifests of one platform; an index of several is refused.
_SINGLE = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


class Refused(Exception):
    """Lambda's refusal of an image: the error's type, its text, and its status."""

    def __init__(self, text: str, kind: str = "InvalidParameterValueException", status: int = 400) -> None:
        super().__init__(text)
        self.answer = error_response_json(kind, text, status)


@dataclass(frozen=True)
class Source:
    """An image of a repository: its digest, and its manifest."""

    repository: str
    digest: str
    manifest: Json

    def blob(self, digest: str) -> bytes | None:
        """Return a blob of the repository, None if it has none of this digest."""
        found: bytes | None = ecr._layer_blobs.get(self.repository, {}).get(digest)
        return found


def source_of(uri: str, function_arn: str) -> Source:
    """Return the image that a function's URI names; Refused as Lambda refuses it."""
    found = _URI.fullmatch(uri)
    if not found or not (found["tag"] or found["digest"]):
        raise Refused(f"Source image {uri} is not valid. Provide a valid source image.")
    if found["region"] != get_region():
        raise Refused(f"Source image {uri} is not valid. Provide a valid source image in region {get_region()}.")
    name = found["repository"]
    if found["account"] != get_account_id() or name not in ecr._repositories:
        raise Refused(f"Source image {uri} does not exist. Provide a valid source image.")
    _require_right(name, function_arn)
    image = ecr._find_image(name, {"imageDigest": found["digest"]} if found["digest"] else {"imageTag": found["tag"]})
    if not image:
        raise Refused(f"Source image {uri} does not exist. Provide a valid source image.")
    return _single(name, image, uri)


def pinned(uri: str, digest: str) -> Source | None:
    """Return the image of a digest in the repository of a URI; None if it has been deleted."""
    found = _URI.fullmatch(uri)
    image = found and ecr._find_image(found["repository"], {"imageDigest": digest})
    return _single(found["repository"], image, uri) if found and image else None


def resolved(uri: str, digest: str) -> str:
    """Return a URI with the digest instead of the tag."""
    found = _URI.fullmatch(uri)
    return f"{uri[: found.end('repository')]}@{digest}" if found else uri


def _single(name: str, image: Json, uri: str) -> Source:
    manifest = json.loads(image["imageManifest"])
    if image["imageManifestMediaType"] not in _SINGLE or "layers" not in manifest:
        raise Refused(f"The image manifest, config or layer media type for the source image {uri} is not supported.")
    return Source(name, image["imageDigest"], manifest)


def _require_right(name: str, function_arn: str) -> None:
    policy = ecr._repo_policies.get(name) or {}
    arn = ecr._repositories[name]["repositoryArn"]
    if not all(service_may("lambda.amazonaws.com", policy, action, arn, function_arn) for action in _PULLS):
        text = "Lambda does not have permission to access the ECR image. Check the ECR permissions."
        raise Refused(text, "AccessDeniedException", 403)
