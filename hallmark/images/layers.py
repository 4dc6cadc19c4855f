"""Layers whose bytes follow from their files alone: no times, no owners, and no compressor.

Compressors' outputs differ by library and version, so the blocks of the gzip stream are stored as they are.
https://github.com/opencontainers/image-spec/blob/main/layer.md and https://datatracker.ietf.org/doc/html/rfc1951
"""

import hashlib
import tarfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, cast
from zipfile import ZipFile

MEDIA_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"
# The header of a gzip stream without name and time, from an unknown system.
_HEAD = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x00\xff"
# A stored block has at most 65,535 bytes.
_BLOCK = 6 * tarfile.RECORDSIZE


@dataclass(frozen=True)
class Source:
    """A file's content, its size in bytes, and whether it may be run in the image."""

    open: Callable[[], IO[bytes]]
    size: int
    is_executable: bool = False


def on_disk(file: Path, is_executable: bool = False) -> Source:
    """Return a file of this machine."""
    return Source(partial(file.open, "rb"), file.stat().st_size, is_executable)


def packed(archive: ZipFile) -> dict[str, Source]:
    """Return the files of an archive, by their names in it."""
    return {one.filename: Source(partial(archive.open, one), one.file_size) for one in archive.infolist()}


@dataclass(frozen=True)
class Layer:
    """A layer's digest and size, and the digest of its uncompressed form."""

    digest: str
    size: int
    diff_id: str


class _Stored:
    """A gzip stream of stored blocks, written to a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._checksum, self._length = file, 0, 0
        self.raw, self.packed = hashlib.sha256(), hashlib.sha256()
        self.size = 0
        self._put(_HEAD)

    def write(self, data: bytes) -> int:
        self.raw.update(data)
        self._checksum, self._length = zlib.crc32(data, self._checksum), self._length + len(data)
        self._block(data)
        return len(data)

    def end(self) -> None:
        self._block(b"", is_last=True)
        self._put(self._checksum.to_bytes(4, "little") + (self._length & 0xFFFFFFFF).to_bytes(4, "little"))

    def _block(self, data: bytes, is_last: bool = False) -> None:
        length = len(data)
        self._put(bytes([is_last]) + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little"))
        self._put(data)

    def _put(self, data: bytes) -> None:
        self.packed.update(data)
        self.size += len(data)
        self._file.write(data)


def write_layer(files: Mapping[str, Source], folder: Path) -> Layer:
    """Write a layer of files by their paths in the image into a folder of blobs; return it."""
    draft = folder / "draft"
    with draft.open("wb") as file:
        stream = _Stored(file)
        with tarfile.open(
            fileobj=cast(Any, stream), mode="w|", bufsize=_BLOCK, format=tarfile.GNU_FORMAT, encoding="utf-8"
        ) as archive:
            for name in sorted({*files, *_folders(files)}):
                _add(archive, name, files.get(name))
        stream.end()
    digest = stream.packed.hexdigest()
    draft.replace(folder / digest)
    return Layer(f"sha256:{digest}", stream.size, f"sha256:{stream.raw.hexdigest()}")


def _folders(names: Mapping[str, Source]) -> set[str]:
    """Return the folders above the files, without the root."""
    found: set[str] = set()
    for name in names:
        while name := name.rpartition("/")[0]:
            found.add(name)
    return found


def _add(archive: tarfile.TarFile, name: str, source: Source | None) -> None:
    entry = tarfile.TarInfo(name.lstrip("/"))
    if source is None:
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(entry)
        return
    entry.size, entry.mode = source.size, 0o755 if source.is_executable else 0o644
    with source.open() as file:
        archive.addfile(entry, file)
