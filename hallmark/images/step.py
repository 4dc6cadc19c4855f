"""The build of every function's image: for Graviton, and for the machine that the embedded stage runs on.

build/images/<system>/<function>/arm64 shows that the lock has wheels for AWS; `embedded` is what the embedded stage
gets, which lacks the base layers, too.
"""

import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

from hallmark.images.building import Platform, build_image
from hallmark.images.layout import Image
from hallmark.project import BUILD, ROOT, run
from hallmark.stage.embedded.runtime.interpreters import program_of
from infra.constructs.image_function import CONTEXT, content_tag, dockerfile_of, image_functions
from infra.images.dockerfile import read

IMAGES = BUILD / "images"
# What functions declare, in the names of Docker, and what pip calls it.
GRAVITON, GRAVITON_WHEELS = "arm64", "manylinux2014_aarch64"
EMBEDDED = "embedded"
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_BUILDERS = (
    *("infra/images/*.py", "lambda/bundle_wheels.py"),
    *(f"hallmark/images/{name}.py" for name in ("building", "layers", "layout", "step")),
)
_WHEELS = "lambda/bundle_wheels.py"


def own_architecture() -> str:
    """Return this machine's processor in Docker's name."""
    machine = platform.machine().lower()
    return _MACHINES.get(machine, machine)


def built(system: str, function: str, kind: str = EMBEDDED) -> Image:
    """Return a function's image as `hallmark build` left it."""
    return Image(IMAGES / system / function / kind)


def build_images() -> None:
    """Build the images whose content, or builder, has changed; HALLMARK_NO_CACHE builds all."""
    for system, function in image_functions():
        dockerfile = dockerfile_of(system, function)
        python, tag = read(dockerfile).python, content_tag(dockerfile, CONTEXT)
        for kind, own, name, wheels in _platforms(python):
            folder = IMAGES / system / function / kind
            stamp, about = folder / "built-from", f"{tag} {name} {own} {_builder()}\n"
            if not os.environ.get("HALLMARK_NO_CACHE") and _is_built(folder, stamp, about):
                continue
            pack = partial(_pack, python=own, wheels=wheels)
            image = build_image(dockerfile, CONTEXT, folder, name, pack)
            stamp.write_text(about + image.digest)
    wanted = {IMAGES / system / function for system, function in image_functions()}
    for folder in set(IMAGES.glob("*/*")) - wanted:
        shutil.rmtree(folder)


def _is_built(folder: Path, stamp: Path, about: str) -> bool:
    """Return whether a folder has the image that was built there from the same sources, byte for byte."""
    image = Image(folder)
    return stamp.is_file() and image.is_whole() and stamp.read_text() == about + image.digest


def _platforms(python: str) -> Iterator[tuple[str, str, Platform, str]]:
    """Yield the kind, the Python, the platform, and the wheels' platform of each image of a function."""
    yield GRAVITON, python, Platform(GRAVITON), GRAVITON_WHEELS
    _, own = program_of(python)
    yield EMBEDDED, own, Platform(own_architecture(), stands_for=GRAVITON), ""


def _pack(lock: Path, archive: Path, python: str, wheels: str) -> None:
    where = ["--platform", wheels] if wheels else []
    run([sys.executable, _WHEELS, str(lock), str(archive), "--python", python, *where])


@cache
def _builder() -> str:
    files = sorted(file for pattern in _BUILDERS for file in ROOT.glob(pattern))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
