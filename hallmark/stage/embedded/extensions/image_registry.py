"""ECR as the deployment and the reading back of images need it.

- DescribeImages refuses an image that is not there, and states the size of configuration and layers.
  https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
- DescribeRepositories is judged by the repositories that it names.
  https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
- A manifest that is none, has another digest than its name, or lists blobs that are not there is refused.
  https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
- BatchDeleteImage removes the tag that it names, and the image with its last tag; ListImages lists each tag.
  https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
- A repository is deleted with its blobs, and equal blobs of several repositories are kept once.
"""

import json
from typing import Any

from ministack.core import iam_actions
from ministack.core.responses import error_response_json
from ministack.services import ecr

Json = dict[str, Any]


def _missing(data: Json) -> Any:
    """Return the refusal of the first image that a request names and its repository lacks, or None."""
    name = data.get("repositoryName", "")
    for wanted in data.get("imageIds") or [] if name in ecr._repositories else []:
        if not ecr._find_image(name, wanted):
            text = f"The image with imageId {_shown(wanted)} does not exist within the repository with name '{name}'"
            return error_response_json("ImageNotFoundException", f"{text} in the registry with id '{_account()}'", 400)
    return None


def _account() -> str:
    return str(ecr._registry_id())


def _shown(wanted: Json) -> str:
    return "{" + ", ".join(f"{key}:'{wanted.get(key, 'null')}'" for key in ("imageDigest", "imageTag")) + "}"


def _size(manifest: str) -> int:
    """Return the size of what a manifest lists, of 0 where it lists nothing."""
    try:
        found = json.loads(manifest)
        return sum(int(one["size"]) for one in (found["config"], *found["layers"]))
    except (ValueError, LookupError, TypeError):
        return 0


def _describe_images(describe: Any) -> Any:
    def described(data: Json) -> Any:
        if refused := _missing(data):
            return refused
        status, headers, body = describe(data)
        if status != 200:
            return status, headers, body
        found = json.loads(body)
        for one in found["imageDetails"]:
            image = ecr._find_image(data["repositoryName"], {"imageDigest": one["imageDigest"]})
            one["imageSizeInBytes"] = _size(image["imageManifest"])
            if not one["imageTags"]:
                del one["imageTags"]
        return status, headers, json.dumps(found).encode()

    return described


def _problem(name: str, manifest: str | bytes) -> tuple[str, str, str] | None:
    """Return what is wrong with a manifest: the registry's code, the API's error, and the text."""
    try:
        found = json.loads(manifest)
        blobs = [str(one["digest"]) for one in (found["config"], *found["layers"])] if "layers" in found else []
    except (ValueError, LookupError, TypeError):
        return "MANIFEST_INVALID", "InvalidParameterException", "Invalid parameter: the image manifest is not valid"
    if missing := [one for one in blobs if one not in ecr._layer_blobs.get(name, {})]:
        text = f"Layers with digests {missing} required for pushing image into repository '{name}' do not exist"
        return "MANIFEST_BLOB_UNKNOWN", "LayersNotFoundException", text
    return None


def _put_image(put: Any) -> Any:
    def judged(data: Json) -> Any:
        name = data.get("repositoryName", "")
        if name in ecr._repositories and (problem := _problem(name, data.get("imageManifest", ""))):
            return error_response_json(problem[1], problem[2], 400)
        return put(data)

    return judged


def _put_manifest(put: Any) -> Any:
    def judged(name: str, reference: str, headers: Any, body: bytes) -> Any:
        if name in ecr._repositories and body:
            if problem := _problem(name, body):
                return ecr._registry_error(400, problem[0], problem[2], {})
            if reference.startswith("sha256:") and reference != ecr._content_digest(body):
                return ecr._registry_error(400, "DIGEST_INVALID", "the manifest has another digest", {})
        return put(name, reference, headers, body)

    return judged


def _delete_images(delete: Any) -> Any:
    def deleted(data: Json) -> Any:
        name = data.get("repositoryName", "")
        removed: list[Json] = []
        rest: list[Json] = []
        for wanted in data.get("imageIds") or []:
            tag, image = wanted.get("imageTag"), ecr._find_image(name, wanted)
            if not (tag and not wanted.get("imageDigest") and image and len(image["imageTags"]) > 1):
                rest.append(wanted)
                continue
            image["imageTags"].remove(tag)
            image["imageId"] = {"imageDigest": image["imageDigest"], "imageTag": image["imageTags"][-1]}
            removed.append({"imageDigest": image["imageDigest"], "imageTag": tag})
        status, headers, body = delete({**data, "imageIds": rest})
        if status == 200:
            found = json.loads(body)
            body = json.dumps({**found, "imageIds": removed + found["imageIds"]}).encode()
        return status, headers, body

    return deleted


def _list_images(listed: Any) -> Any:
    def every_tag(data: Json) -> Any:
        status, headers, body = listed(data)
        if status != 200:
            return status, headers, body
        found: list[Json] = []
        for one in json.loads(body)["imageIds"]:
            image = ecr._find_image(data["repositoryName"], {"imageDigest": one["imageDigest"]})
            digest = {"imageDigest": one["imageDigest"]}
            found += [digest | {"imageTag": tag} for tag in image["imageTags"]] or [digest]
        return status, headers, json.dumps({"imageIds": found}).encode()

    return every_tag


def _name_repositories() -> None:
    name_resource = iam_actions.extract_resource_arn

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> Any:
        resource = name_resource(service, method, path, headers, body, query, region, account)
        if service != "ecr" or resource != "*" or not body:
            return resource
        names = (json.loads(body) or {}).get("repositoryNames") or []
        return f"arn:aws:ecr:{region}:{account}:repository/{names[0]}" if names else resource

    iam_actions.extract_resource_arn = extract_resource_arn


def _forget_blobs(delete: Any) -> Any:
    def deleted(data: Json) -> Any:
        answer = delete(data)
        if answer[0] == 200:
            for store in (ecr._layer_blobs, ecr._manifest_blobs, ecr._uploads):
                store.pop(data["repositoryName"], None)
        return answer

    return deleted


def _kept_once(start: Any) -> Any:
    """Return an upload in one request that keeps a blob which another repository has as that very object."""

    def started(name: str, query: Any, body: bytes) -> Any:
        answer = start(name, query, body)
        digest = ecr._query_first(query, "digest")
        if answer[0] == 201 and digest:
            stores = (blobs for _, blobs in ecr._layer_blobs.all_items())
            ecr._layer_blobs[name][digest] = next(blobs[digest] for blobs in stores if digest in blobs)
        return answer

    return started


def install() -> None:
    """Replace what is done by pushes and by the API's calls about images and repositories."""
    ecr._put_image, ecr._v2_put_manifest = _put_image(ecr._put_image), _put_manifest(ecr._v2_put_manifest)
    ecr._batch_delete_image = _delete_images(ecr._batch_delete_image)
    ecr._list_images = _list_images(ecr._list_images)
    ecr._describe_images = _describe_images(ecr._describe_images)
    ecr._delete_repository = _forget_blobs(ecr._delete_repository)
    ecr._v2_start_blob_upload = _kept_once(ecr._v2_start_blob_upload)
    _name_repositories()
