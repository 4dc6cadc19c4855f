"""The files of an image in a folder: its layers in order, each as its digest says.

https://github.com/opencontainers/image-spec/blob/main/layer.md
"""

import gzip
import hashlib
import io
import json
import shutil
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

Json = dict[str, Any]
Blob = Callable[[str], bytes | None]
_LAYERS = (
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
)
_REMOVED, _EMPTIED = ".wh.", ".wh..wh..opq"


class BadImage(Exception):
    """An image that cannot be run; the text says why."""


def config_of(manifest: Json, blob: Blob) -> Json:
    """Return an image's configuration; BadImage if it is missing or damaged."""
    try:
        found: Json = json.loads(_checked(manifest["config"], blob))
        if all(isinstance(part, dict) for part in (found["config"], found["rootfs"])) and found["architecture"]:
            return found
    except (ValueError, LookupError, TypeError):
        pass
    raise BadImage("the configuration is none of an image")


def unpack(manifest: Json, blob: Blob, folder: Path) -> None:
    """Unpack the layers into a folder; BadImage for what is missing, damaged, or leads out of the folder."""
    wanted = config_of(manifest, blob)["rootfs"].get("diff_ids", [])
    if not all({"mediaType", "digest", "size"} <= one.keys() for one in manifest["layers"]):
        raise BadImage("the manifest does not describe its layers")
    if len(wanted) != len(manifest["layers"]):
        raise BadImage("the configuration lists other layers than the manifest")
    for one, diff_id in zip(manifest["layers"], wanted, strict=True):
        if one["mediaType"] not in _LAYERS:
            raise BadImage(f"layers of the type {one['mediaType']} are not supported")
        try:
            data = gzip.decompress(_checked(one, blob))
        except (OSError, EOFError, zlib.error) as error:
            raise BadImage(f"layer {one['digest']} cannot be unpacked: {error}") from None
        if _digest(data) != diff_id:
            raise BadImage(f"layer {one['digest']} holds other files than the configuration says")
        try:
            with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
                _apply(archive, folder)
        except (tarfile.TarError, OSError) as error:
            raise BadImage(f"layer {one['digest']} cannot be unpacked: {error}") from None


def _checked(described: Json, blob: Blob) -> bytes:
    data = blob(described["digest"])
    if data is None:
        raise BadImage(f"blob {described['digest']} is not in the repository")
    if _digest(data) != described["digest"] or len(data) != described["size"]:
        raise BadImage(f"blob {described['digest']} is not what its digest and size say")
    return data


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _apply(archive: tarfile.TarFile, folder: Path) -> None:
    entries = archive.getmembers()
    # What a layer removes is of the layers below it, wherever the marks stand in the archive.
    for entry in entries:
        place = _inside(folder, entry.name)
        if place.name == _EMPTIED:
            shutil.rmtree(place.parent, ignore_errors=True)
        elif place.name.startswith(_REMOVED):
            _remove(place.with_name(place.name.removeprefix(_REMOVED)))
    for entry in entries:
        place = _inside(folder, entry.name)
        if place.name.startswith(_REMOVED):
            continue
        if entry.isdir():
            if place.is_symlink() or place.is_file():
                place.unlink()
            place.mkdir(parents=True, exist_ok=True)
        elif entry.isfile():
            _write(archive, entry, place)
        else:
            raise BadImage(f"{entry.name} is neither file nor folder, which is not supported")


def _write(archive: tarfile.TarFile, entry: tarfile.TarInfo, place: Path) -> None:
    _remove(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    source = archive.extractfile(entry)
    assert source is not None
    with place.open("wb") as target:
        shutil.copyfileobj(source, target)
    place.chmod(entry.mode & 0o777)


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _inside(folder: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    if ".." in parts:
        raise BadImage(f"{name} leads out of the image")
    return folder.joinpath(*(part for part in parts if part != "/"))
