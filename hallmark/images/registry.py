"""Pushes to a registry over its HTTP interface, version 2: blobs that are missing, then the manifest under a tag.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import json
from dataclasses import dataclass
from typing import Any

import urllib3

from hallmark.images.layout import MANIFEST_TYPE, Image
from infra.errors import UserError

BLOB_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Registry:
    """A registry at an address, and the host that names it: account and region of an ECR."""

    address: str
    host: str

    def digest(self, repository: str, tag: str) -> str | None:
        """Return the digest of the image under a tag; None if there is none."""
        answer = self._ask("HEAD", f"{repository}/manifests/{tag}")
        return answer.headers["Docker-Content-Digest"] if answer.status == 200 else None

    def push(self, repository: str, tag: str, image: Image) -> None:
        """Push an image, without what the registry has; UserError in one line when it refuses."""
        manifest = json.loads(image.manifest)
        for one in (manifest["config"], *manifest["layers"]):
            if self._ask("HEAD", f"{repository}/blobs/{one['digest']}").status != 200:
                where = f"{repository}/blobs/uploads/?digest={one['digest']}"
                self._created("POST", where, image.blob(one["digest"]), BLOB_TYPE)
        self._created("PUT", f"{repository}/manifests/{tag}", image.manifest, MANIFEST_TYPE)

    def _created(self, method: str, path: str, body: bytes, media_type: str) -> None:
        answer = self._ask(method, path, body=body, headers={"Content-Type": media_type})
        if answer.status != 201:
            raise UserError(f"the registry {self.host} refuses {path.partition('?')[0]}: {_reason(answer)}")

    def _ask(self, method: str, path: str, headers: dict[str, str] | None = None, **content: Any) -> Any:
        fields = {"Host": self.host, **(headers or {})}
        try:
            return urllib3.request(method, f"{self.address}/v2/{path}", headers=fields, retries=False, **content)
        except urllib3.exceptions.HTTPError as error:
            raise UserError(f"the registry {self.host} cannot be reached at {self.address}: {error}") from None


def _reason(answer: Any) -> str:
    try:
        found = answer.json()["errors"][0]
        return f"{found['code']}, {found['message']}"
    except (ValueError, LookupError, TypeError):
        return f"status {answer.status}"
