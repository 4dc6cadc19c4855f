"""A built image in a folder, in the OCI image layout: blobs by their digests, one manifest.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hallmark.images.layers import MEDIA_TYPE, Layer
from infra.errors import UserError

Json = dict[str, Any]
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"


@dataclass(frozen=True)
class Image:
    """A built image: the folder of its layout."""

    folder: Path

    @cached_property
    def digest(self) -> str:
        """The digest of its manifest, which names it; UserError when it is not built."""
        try:
            found: str = json.loads((self.folder / "index.json").read_text())["manifests"][0]["digest"]
        except FileNotFoundError:
            raise UserError(f"{self.folder}: the image is not built: run `hallmark build`") from None
        except (ValueError, LookupError, TypeError):
            raise UserError(f"{self.folder}: not as it was built: run `hallmark build`") from None
        return found

    @property
    def manifest(self) -> bytes:
        """The manifest, byte for byte."""
        return self.blob(self.digest)

    def blob(self, digest: str) -> bytes:
        """Return a blob; UserError when it is missing or has another digest."""
        path = self.folder / "blobs" / "sha256" / digest.removeprefix("sha256:")
        data = path.read_bytes() if path.is_file() else b""
        if digest_of(data) != digest:
            raise UserError(f"{path}: missing, or not as it was built: run `hallmark build`")
        return data

    def is_whole(self) -> bool:
        """Return whether every blob is as it was built."""
        try:
            manifest = json.loads(self.manifest)
            for one in (manifest["config"], *manifest["layers"]):
                self.blob(one["digest"])
        except (UserError, ValueError, LookupError, TypeError):
            return False
        return True


def digest_of(data: bytes) -> str:
    """Return the digest of a blob as registries write it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def blobs_of(folder: Path) -> Path:
    """Return the folder for the blobs of a layout."""
    place = folder / "blobs" / "sha256"
    place.mkdir(parents=True, exist_ok=True)
    return place


def finish(folder: Path, config: Json, layers: Sequence[Layer]) -> Image:
    """Write configuration, manifest and index of a layout whose layers are there; return the image."""
    described = [{"mediaType": MEDIA_TYPE, "digest": layer.digest, "size": layer.size} for layer in layers]
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": _put(folder, CONFIG_TYPE, config),
        "layers": described,
    }
    index = {"schemaVersion": 2, "manifests": [_put(folder, MANIFEST_TYPE, manifest)]}
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}\n')
    (folder / "index.json").write_bytes(_bytes(index))
    return Image(folder)


def _put(folder: Path, media_type: str, value: Json) -> Json:
    data = _bytes(value)
    digest = digest_of(data)
    (blobs_of(folder) / digest.removeprefix("sha256:")).write_bytes(data)
    return {"mediaType": media_type, "digest": digest, "size": len(data)}


def _bytes(value: Json) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
