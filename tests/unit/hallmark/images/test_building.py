"""Our builder's images: the same bytes from the same files, whatever the machine, and what the Dockerfile says."""

import gzip
import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from hallmark.images.layers import on_disk, write_layer
from hallmark.images.layout import Image, digest_of
from infra.errors import UserError
from tests.support.images import DOCKERFILE, make_image

LAYER = "sha256:f07f7e9febfd9442bdb549c01726056c955ebe4eae942e3ee3cf90961faf13c5"
CODE = {"app.py": "def handler(event, context): ...\n", "deep/a.txt": "a"}


def _files(image: Image) -> list[dict[str, tuple[int, bytes]]]:
    """Return the files of each layer: name -> mode and content."""
    layers = []
    for one in json.loads(image.manifest)["layers"]:
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(image.blob(one["digest"])))) as archive:
            members = [member for member in archive.getmembers() if member.isfile()]
            layers.append({member.name: (member.mode, archive.extractfile(member).read()) for member in members})
    return layers


def test_equal_sources_are_equal_images(tmp_path: Path) -> None:
    first = make_image(tmp_path / "one", CODE, {"packed.py": "x = 1"})
    os.utime(tmp_path / "one" / "context/code/app.py", (1, 1))
    (tmp_path / "one" / "context/code/app.py").chmod(0o640)
    assert make_image(tmp_path / "one", CODE, {"packed.py": "x = 1"}).digest == first.digest
    assert make_image(tmp_path / "two", CODE, {"packed.py": "x = 1"}).digest == first.digest
    assert make_image(tmp_path / "three", CODE, {"packed.py": "x = 2"}).digest != first.digest


def test_the_bytes_of_a_layer_are_fixed(tmp_path: Path) -> None:
    """Its digest was computed once: another Python, compressor or machine must find the same."""
    (tmp_path / "file").write_bytes(bytes(range(256)) * 400)
    layer = write_layer({"/var/task/a": on_disk(tmp_path / "file"), "/b": on_disk(tmp_path / "file", True)}, tmp_path)
    assert (layer.digest, layer.size) == (LAYER, 215083)
    data = gzip.decompress((tmp_path / layer.digest.removeprefix("sha256:")).read_bytes())
    assert digest_of(data) == layer.diff_id


def test_layers_and_configuration_are_what_the_dockerfile_says(tmp_path: Path) -> None:
    (tmp_path / "context/code").mkdir(parents=True)
    (tmp_path / "context/code/run").write_text("#!")
    (tmp_path / "context/code/run").chmod(0o700)
    image = make_image(tmp_path, CODE, {"packed.py": "x"})
    assert _files(image) == [
        {"tmp/lock.txt": (0o644, b"")},
        {"var/task/packed.py": (0o644, b"x")},
        {
            "var/task/app.py": (0o644, CODE["app.py"].encode()),
            "var/task/deep/a.txt": (0o644, b"a"),
            "var/task/run": (0o755, b"#!"),
        },
    ]
    config = json.loads(image.blob(json.loads(image.manifest)["config"]["digest"]))
    assert config["config"]["Cmd"] == ["app.handler"] and "COLOUR=green" in config["config"]["Env"]
    assert config["config"]["Labels"] == {
        "hallmark.absent": "base layers",
        "hallmark.stands-for": "arm64",
        "org.opencontainers.image.base.name": "public.ecr.aws/lambda/python:3.11",
    }
    assert len(config["rootfs"]["diff_ids"]) == len(config["history"]) == 3


def test_a_lock_that_nothing_copies_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"Dockerfile:2: RUN installs /tmp/lock.txt, which no COPY before it puts there"
    ):
        make_image(tmp_path, CODE, dockerfile=DOCKERFILE.replace("COPY lock.txt /tmp/\n", ""))


def test_what_is_not_as_it_was_built_is_one_line(tmp_path: Path) -> None:
    image = make_image(tmp_path, CODE)
    with pytest.raises(UserError, match="the image is not built"):
        _ = Image(tmp_path / "other").digest
    digest = json.loads(image.manifest)["layers"][0]["digest"]
    path = image.folder / "blobs/sha256" / digest.removeprefix("sha256:")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match="not as it was built"):
        image.blob(digest)
    (image.folder / "index.json").write_text("{}")
    with pytest.raises(UserError, match="not as it was built"):
        _ = Image(image.folder).digest
