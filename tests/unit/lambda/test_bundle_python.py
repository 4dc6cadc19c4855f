"""What a Python function's folder is made of, and that only its sources decide its digest."""

import importlib.util
import os
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[3] / "lambda" / "bundle_python.py"


@pytest.fixture(scope="module")
def bundler():
    spec = importlib.util.spec_from_file_location("bundle_python", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def source(tmp_path):
    files = (
        "vault/items.py",
        "vault/intake/index.py",
        "vault/intake/logic.py",
        "vault/intake/__pycache__/logic.cpython-311.pyc",
        "vault/other/index.py",
        "vault/node_one/index.ts",
        "shared_python/clock.py",
        "shared/clock.ts",
    )
    for name in files:
        file = tmp_path / "lambda" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {name}\n")
    return tmp_path / "lambda"


def test_the_functions_are_the_folders_with_an_index(bundler, source):
    assert [folder.name for folder in bundler.functions(source)] == ["intake", "other"]


def test_a_function_is_its_package_its_systems_modules_and_the_shared_package(bundler, source, tmp_path):
    stale = tmp_path / "out" / "vault" / "intake" / "gone.py"
    stale.parent.mkdir(parents=True)
    stale.write_text("")
    bundler.lay_out(source / "vault" / "intake", source, tmp_path / "out")
    folder = tmp_path / "out" / "vault" / "intake"
    found = {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}
    assert found == {
        name: f"# {name}\n"
        for name in ("vault/items.py", "vault/intake/index.py", "vault/intake/logic.py", "shared_python/clock.py")
    }


def test_a_source_touched_makes_no_other_folder(bundler, source, tmp_path):
    def made():
        return {file: file.read_bytes() for file in bundler.lay_out(source / "vault/intake", source, tmp_path / "out")}

    first = made()
    os.utime(source / "vault/intake/index.py", (0, 0))
    assert made() == first
