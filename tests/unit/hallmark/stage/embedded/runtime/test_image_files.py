"""What is unpacked of an image is what its digests say, and stays in its folder."""

import gzip
import hashlib
import io
import json
import tarfile
from typing import Any

import pytest

from hallmark.stage.embedded.runtime.image_files import BadImage, unpack

GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def layer(*entries: tuple[str, str | None], kind: bytes = tarfile.REGTYPE) -> bytes:
    """Return an archive of files, and of folders for those without content."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, text in entries:
            entry = tarfile.TarInfo(name)
            entry.type = tarfile.DIRTYPE if text is None else kind
            entry.size = len(text or "") if kind == tarfile.REGTYPE else 0
            entry.linkname = text or ""
            archive.addfile(entry, io.BytesIO((text or "").encode()))
    return raw.getvalue()


class Pushed:
    """The blobs of an image, and its manifest."""

    def __init__(self, *layers: bytes, media_type: str = GZIP) -> None:
        self.blobs: dict[str, bytes] = {}
        rootfs = {"diff_ids": [digest(one) for one in layers]}
        config = {"architecture": "arm64", "config": {}, "rootfs": rootfs}
        described = [self._put(gzip.compress(one)) | {"mediaType": media_type} for one in layers]
        self.manifest: Any = {"config": self._put(json.dumps(config).encode()), "layers": described}

    def _put(self, data: bytes) -> Any:
        self.blobs[digest(data)] = data
        return {"digest": digest(data), "size": len(data)}


@pytest.fixture
def unpacked(tmp_path):
    def of(pushed: Pushed) -> dict[str, str]:
        unpack(pushed.manifest, pushed.blobs.get, tmp_path / "root")
        files = (path for path in (tmp_path / "root").rglob("*") if path.is_file())
        return {path.relative_to(tmp_path / "root").as_posix(): path.read_text() for path in files}

    return of


def test_later_layers_replace_and_remove(unpacked) -> None:
    below = layer(("a", "1"), ("b/c", "2"), ("b/d", "3"), ("e/f", "4"), ("g", "5"))
    above = layer(("a", "6"), ("b/.wh.c", ""), ("e/new", "7"), ("e/.wh..wh..opq", ""), (".wh.g", ""), ("h", None))
    assert unpacked(Pushed(below, above)) == {"a": "6", "b/d": "3", "e/new": "7"}


def test_a_file_may_become_a_folder_and_the_other_way(unpacked) -> None:
    assert unpacked(Pushed(layer(("a", "1"), ("b/c", "2")), layer(("a", None), ("a/x", "3"), ("b", "4")))) == {
        "a/x": "3",
        "b": "4",
    }


def test_absolute_names_stay_inside(unpacked) -> None:
    assert unpacked(Pushed(layer(("/var/task/a", "1")))) == {"var/task/a": "1"}


def _edited(what: str) -> Pushed:
    pushed = Pushed(layer(("a", "1")))
    first = pushed.manifest["layers"][0]
    match what:
        case "a byte":
            pushed.blobs[first["digest"]] += b"x"
        case "no blob":
            del pushed.blobs[first["digest"]]
        case "no configuration":
            del pushed.blobs[pushed.manifest["config"]["digest"]]
        case "other files":
            pushed.manifest["layers"] = Pushed(layer(("b", "2"))).manifest["layers"]
            pushed.blobs |= Pushed(layer(("b", "2"))).blobs
        case "a layer more":
            pushed.manifest["layers"] *= 2
        case "a configuration of something else":
            pushed.manifest["config"] = pushed._put(b'{"rootfs": {}}')
        case "a configuration that is no JSON":
            pushed.manifest["config"] = pushed._put(b"\xff")
        case "a layer that is not described":
            del first["size"]
        case "no archive":
            first |= pushed._put(gzip.compress(b"x" * 1000))
            config = {"architecture": "arm64", "config": {}, "rootfs": {"diff_ids": [digest(b"x" * 1000)]}}
            pushed.manifest["config"] = pushed._put(json.dumps(config).encode())
        case "no gzip":
            first |= pushed._put(layer(("a", "1")))
    return pushed


@pytest.mark.parametrize(
    ("pushed", "words"),
    [
        (_edited("a byte"), "is not what its digest and size say"),
        (_edited("no blob"), "is not in the repository"),
        (_edited("no configuration"), "is not in the repository"),
        (_edited("other files"), "holds other files than the configuration says"),
        (_edited("a layer more"), "lists other layers than the manifest"),
        (_edited("no gzip"), "cannot be unpacked"),
        (_edited("no archive"), "cannot be unpacked"),
        (_edited("a configuration of something else"), "none of an image"),
        (_edited("a configuration that is no JSON"), "none of an image"),
        (_edited("a layer that is not described"), "does not describe its layers"),
        (Pushed(layer(("a", "1")), media_type="application/vnd.oci.image.layer.v1.tar+zstd"), "not supported"),
        (Pushed(layer(("../a", "1"))), "leads out of the image"),
        (Pushed(layer(("a", "/etc/passwd"), kind=tarfile.SYMTYPE)), "neither file nor folder"),
    ],
)
def test_anything_else_is_refused(unpacked, pushed: Pushed, words: str) -> None:
    with pytest.raises(BadImage, match=words):
        unpacked(pushed)
