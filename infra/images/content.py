"""The tag of an image: a hash of its Dockerfile and of every file that goes into it."""

import hashlib
from pathlib import Path

from infra.images.context import context_of, taken
from infra.images.dockerfile import read


def content_tag(dockerfile: Path, context: Path) -> str:
    """Return 64 hexadecimal digits, the same on every machine: of paths in the image, modes and bytes.

    UserError for a Dockerfile or context that cannot be built. No time, no owner and no compiler is in it, so a commit
    has one tag, and an equal tag means equal content.
    """
    sha = hashlib.sha256()

    def add(name: str, data: bytes) -> None:
        sha.update(f"{name}\0{len(data)}\0".encode() + data)

    add("Dockerfile", dockerfile.read_bytes())
    for copy, files in taken(read(dockerfile), context_of(context, dockerfile)):
        for one in files:
            mode = "x" if one.is_executable else "-"
            add(f"{copy.instruction.line} {mode} {one.place}", one.file.read_bytes())
    return sha.hexdigest()
