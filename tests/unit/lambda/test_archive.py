"""An archive of a function has the same bytes on every machine: only names and contents decide them."""

import hashlib
import importlib.util
import os
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

FILE = Path(__file__).resolve().parents[3] / "lambda" / "archive.py"
# What the archive of `folder` hashes to, wherever it is made.
KNOWN = "eba39065e573b95b10e94eb40db64b1f06b27b8a2b15a1ff2e41141a81679c8f"


@pytest.fixture(scope="module")
def archive():
    spec = importlib.util.spec_from_file_location("archive", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _folder(root: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        file = root / "judge" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {name}\n", encoding="utf-8")
    return root / "judge"


NAMES = ("index.js", "a/deep/module.py", "zebra.py")


def test_the_bytes_are_known(archive, tmp_path):
    packed = archive.pack(_folder(tmp_path, NAMES))
    assert packed == tmp_path / "judge.zip"
    assert hashlib.sha256(packed.read_bytes()).hexdigest() == KNOWN


def test_order_time_and_rights_of_the_files_make_no_difference(archive, tmp_path):
    folder = _folder(tmp_path, NAMES[::-1])
    for file in folder.rglob("*.*"):
        os.utime(file, (10**9, 10**9))
        file.chmod(0o600)
    assert hashlib.sha256(archive.pack(folder).read_bytes()).hexdigest() == KNOWN


def test_another_content_or_name_makes_a_difference(archive, tmp_path):
    folder = _folder(tmp_path, NAMES)
    (folder / "zebra.py").write_text("# zebra\n", encoding="utf-8")
    changed = archive.pack(folder).read_bytes()
    (folder / "zebra.py").rename(folder / "yak.py")
    renamed = archive.pack(folder).read_bytes()
    assert len({KNOWN, *(hashlib.sha256(found).hexdigest() for found in (changed, renamed))}) == 3


def test_nothing_is_compressed_and_everybody_may_read_the_files(archive, tmp_path):
    with ZipFile(archive.pack(_folder(tmp_path, NAMES))) as packed:
        assert packed.namelist() == sorted(NAMES)
        assert {entry.compress_type for entry in packed.infolist()} == {ZIP_STORED}
        assert {entry.external_attr >> 16 for entry in packed.infolist()} == {0o100644}
