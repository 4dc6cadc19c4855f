"""Every image is built for Graviton and for this machine, once, and no image without a function stays."""

import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from hallmark.images import step
from hallmark.stage.embedded.runtime.interpreters import program_of
from infra.errors import UserError
from tests.support.images import DOCKERFILE


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """A function `vault/keeper` in a context of its own; returns the Pythons and platforms of the wheels asked for."""
    asked: list[tuple[str, str]] = []
    context = tmp_path / "lambda"
    folder = context / "vault" / "keeper"
    (context / "code").mkdir(parents=True)
    folder.mkdir(parents=True)
    (context / "code" / "app.py").write_text("")
    (context / "lock.txt").write_text("")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    monkeypatch.delenv("HALLMARK_NO_CACHE", raising=False)
    monkeypatch.setattr(step, "IMAGES", tmp_path / "images")
    monkeypatch.setattr(step, "CONTEXT", context)
    monkeypatch.setattr(step, "image_functions", lambda: [("vault", "keeper")])
    monkeypatch.setattr(step, "dockerfile_of", lambda system, function: folder / "Dockerfile")

    def pack(lock: Path, archive: Path, python: str, wheels: str) -> None:
        asked.append((python, wheels))
        ZipFile(archive, "w").close()

    monkeypatch.setattr(step, "_pack", pack)
    return asked


def test_both_are_built_once(packed: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step.build_images()
    assert packed == [("3.11", "manylinux2014_aarch64"), (program_of("3.11")[1], "")]
    assert step.built("vault", "keeper").digest != step.built("vault", "keeper", step.GRAVITON).digest
    step.build_images()
    assert len(packed) == 2
    (tmp_path / "lambda/code/app.py").write_text("changed")
    step.build_images()
    assert len(packed) == 4
    monkeypatch.setenv("HALLMARK_NO_CACHE", "1")
    step.build_images()
    assert len(packed) == 6


@pytest.mark.parametrize("edit", ["index", "no index", "blob", "no blob", "another image"])
def test_what_was_changed_is_built_again(packed: list[tuple[str, str]], tmp_path: Path, edit: str) -> None:
    step.build_images()
    image = step.built("vault", "keeper")
    first, index = image.digest, image.folder / "index.json"
    largest = max((image.folder / "blobs/sha256").iterdir(), key=lambda path: path.stat().st_size)
    match edit:
        case "index":
            index.write_text("{}")
        case "no index":
            index.unlink()
        case "blob":
            largest.write_bytes(largest.read_bytes()[:-1] + b"x")
        case "no blob":
            largest.unlink()
        case _:
            other = step.built("vault", "keeper", step.GRAVITON).folder
            shutil.copytree(other / "blobs", image.folder / "blobs", dirs_exist_ok=True)
            shutil.copy(other / "index.json", index)
    step.build_images()
    assert len(packed) == 3 and step.built("vault", "keeper").digest == first
    step.build_images()
    assert len(packed) == 3


def test_a_function_that_is_gone_has_no_image(packed: list[tuple[str, str]], tmp_path: Path) -> None:
    old = tmp_path / "images" / "vault" / "old" / "arm64"
    old.mkdir(parents=True)
    step.build_images()
    assert not old.exists() and (tmp_path / "images/vault/keeper/arm64/index.json").is_file()


def test_wheels_that_cannot_be_had_fail_the_build(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("codes>=1\n")
    with pytest.raises(UserError, match=r"requirements.txt: 'codes>=1' is no pin with hashes") as raised:
        step._pack(lock, tmp_path / "packages", "3.11", "manylinux2014_aarch64")
    assert "\n" not in str(raised.value)


def test_the_base_must_name_its_python(packed: list[tuple[str, str]], tmp_path: Path) -> None:
    dockerfile = tmp_path / "lambda/vault/keeper/Dockerfile"
    dockerfile.write_text(DOCKERFILE.replace("python:3.11", "python:latest"))
    with pytest.raises(UserError, match="names no version of Python"):
        step.build_images()
