"""Our own builder: the layers of a Dockerfile without those of its base, the same bytes on every machine.

It needs neither Docker nor a registry of images, so that the embedded stage runs what was pushed. AWS gets the image
that Docker builds from the same Dockerfile.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from hallmark.images.layers import Layer, Source, on_disk, packed, write_layer
from hallmark.images.layout import Image, Json, blobs_of, finish
from infra.images.context import Taken, context_of, taken
from infra.images.dockerfile import Copy, Dockerfile, read
from infra.images.installs import Install

# What an image of ours says of itself, beside the label that OCI has for its base.
BASE, ABSENT, STANDS_FOR = "org.opencontainers.image.base.name", "hallmark.absent", "hallmark.stands-for"
NO_BASE_LAYERS = "base layers"
# Puts the files of a lock's wheels into an archive.
Pack = Callable[[Path, Path], None]


@dataclass(frozen=True)
class Platform:
    """The processor that an image is for, in Docker's name, and the one that it stands for, if that is another."""

    architecture: str
    stands_for: str = ""


def build_image(dockerfile: Path, context: Path, folder: Path, platform: Platform, pack: Pack) -> Image:
    """Build an image into a folder, which is emptied first; UserError for what cannot be built, or not reproducibly."""
    found = read(dockerfile)
    shutil.rmtree(folder, ignore_errors=True)
    layers = list(_layers(found, dict(_copied(found, context)), blobs_of(folder), pack))
    return finish(folder, _config(found, platform, layers), [layer for layer, _ in layers])


def _copied(found: Dockerfile, context: Path) -> Iterator[tuple[Copy, list[Taken]]]:
    yield from taken(found, context_of(context, found.path))


def _layers(
    found: Dockerfile, copied: Mapping[Copy, list[Taken]], blobs: Path, pack: Pack
) -> Iterator[tuple[Layer, str]]:
    """Yield the layer of each step, with the instruction that made it."""
    there: dict[str, Path] = {}
    for step in found.steps:
        about = f"{step.instruction.name} {step.instruction.text}"
        if isinstance(step, Copy):
            there |= {one.place: one.file for one in copied[step]}
            files = {one.place: on_disk(one.file, one.is_executable) for one in copied[step]}
            yield write_layer(files, blobs), about
        else:
            archive = blobs / "packages"
            pack(_lock(step, there), archive)
            with ZipFile(archive) as packages:
                yield write_layer(_installed(packages, step.target), blobs), about
            archive.unlink()


def _lock(step: Install, there: Mapping[str, Path]) -> Path:
    if step.lock not in there:
        raise step.instruction.wrong(f"installs {step.lock}, which no COPY before it puts there: COPY it")
    return there[step.lock]


def _installed(packages: ZipFile, target: str) -> dict[str, Source]:
    return {f"{target.rstrip('/')}/{name}": source for name, source in packed(packages).items()}


def _config(found: Dockerfile, platform: Platform, layers: list[tuple[Layer, str]]) -> Json:
    """Return the image's configuration. https://github.com/opencontainers/image-spec/blob/main/config.md"""
    labels = {BASE: found.base, ABSENT: NO_BASE_LAYERS}
    if platform.stands_for:
        labels[STANDS_FOR] = platform.stands_for
    config = {
        "Env": [f"{name}={value}" for name, value in sorted(found.environment.items())],
        "WorkingDir": found.folder,
        "Cmd": list(found.command),
        "Labels": labels,
        **({"User": found.user} if found.user else {}),
    }
    return {
        "architecture": platform.architecture,
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer, _ in layers]},
        "history": [{"created_by": about} for _, about in layers],
    }
