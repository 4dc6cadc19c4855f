"""What a Python function's folder is made of, and that only its sources and its lock decide its digest."""

import os

import bundle_python
import pytest
from bundle_wheels import BundleError

FILES = (
    "vault/intake/index.py",
    "vault/intake/logic.py",
    "vault/intake/rules.json",
    "vault/intake/__pycache__/logic.cpython-311.pyc",
    "vault/items.py",
    "vault/other/index.py",
    "vault/node_one/index.ts",
    "shared_python/clock.py",
    "shared_python/lists/codes.json",
    "shared/clock.ts",
)


@pytest.fixture
def files(source):
    return source({name: f"# {name}\n" for name in FILES})


@pytest.fixture
def bundled(source, tmp_path):
    """Return a function that lays out vault/intake of the given files, and adds what it needs of the given wheels."""

    def bundle(files, wheels=(), python="3.9"):
        folder = source({"vault/intake/index.py": "", **files})
        bundle_python.lay_out(folder / "vault/intake", folder, tmp_path / "out")
        place = tmp_path / "out/vault/intake"
        return place, bundle_python.add_wheels(place, "vault/intake", list(wheels), python)

    return bundle


def test_the_functions_are_the_folders_with_an_index(files):
    assert [folder.name for folder in bundle_python.functions(files)] == ["intake", "other"]


def test_a_function_is_its_package_its_systems_modules_and_the_shared_package(files, tmp_path):
    stale = tmp_path / "out" / "vault" / "intake" / "gone.py"
    stale.parent.mkdir(parents=True)
    stale.write_text("")
    bundle_python.lay_out(files / "vault" / "intake", files, tmp_path / "out")
    folder = tmp_path / "out" / "vault" / "intake"
    found = {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}
    inside = ("vault/intake/index.py", "vault/intake/logic.py", "vault/intake/rules.json", "vault/items.py")
    shared = ("shared_python/clock.py", "shared_python/lists/codes.json")
    assert found == {name: f"# {name}\n" for name in (*inside, *shared)}


def test_a_source_touched_makes_no_other_folder(files, tmp_path):
    def made():
        copies = bundle_python.lay_out(files / "vault/intake", files, tmp_path / "out")
        return {file: file.read_bytes() for file in copies}

    first = made()
    os.utime(files / "vault/intake/index.py", (0, 0))
    assert made() == first


def test_a_wheel_comes_with_what_it_requires_where_shared_code_imports_it(bundled, wheel):
    files = {
        "vault/intake/index.py": "from vault import items\n",
        "vault/items.py": "from shared_python.money import minor\n",
        "shared_python/money.py": "def minor():\n    import codes.tables\n",
        "shared_python/unused.py": "import spare\n",
    }
    wheels = [wheel("codes", "Base-Data; python_version < '4'"), wheel("base_data"), wheel("spare")]
    folder, added = bundled(files, wheels)
    assert added == ["base_data", "codes"]
    assert (folder / "codes/__init__.py").read_text() == "NAME = 'codes'\n"
    assert (folder / "base_data-1.0.dist-info/METADATA").is_file() and not (folder / "spare").exists()


def test_a_package_whose_data_are_read_comes_along(bundled, wheel):
    code = "from importlib.resources import files\nNAMES = files('codes').joinpath('names')\n"
    assert bundled({"vault/intake/index.py": code}, [wheel("codes")])[1] == ["codes"]


def test_time_zones_bring_their_data(bundled, wheel):
    assert bundled({"vault/intake/index.py": "from zoneinfo import ZoneInfo\n"}, [wheel("tzdata")])[1] == ["tzdata"]


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("import requests\n", "needs requests, which neither"),
        ("def f():\n    from requests.auth import x\n", "needs requests.auth, which neither"),
        ("import tomllib\n", "needs tomllib, which neither"),
        ("import zoneinfo\n", "needs tzdata, which neither"),
        ("from vault.other import logic\n", "needs vault.other, which its archive"),
        ("from vault import other\n", "needs vault.other, which its archive"),
        ("from . import gone\n", "needs vault.intake.gone, which its archive"),
        ("from ..gone import x\n", "needs vault.gone, which its archive"),
        ("import shared_python.gone\n", "needs shared_python.gone, which its archive"),
        ("try:\n    import fast\nexcept ImportError:\n    import slow\n", "needs slow, which neither"),
    ],
)
def test_what_is_imported_and_nowhere_is_named(bundled, code, missing):
    with pytest.raises(BundleError, match=missing) as raised:
        bundled({"vault/intake/index.py": code, "shared_python/__init__.py": "", "vault/other/index.py": ""})
    assert str(raised.value).startswith("lambda/vault/intake/index.py needs ") and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "code",
    [
        "import json, os.path\nfrom botocore.config import Config\n",
        "from . import LIMIT\nfrom .logic import judge\nfrom vault.intake.logic import x\nfrom vault import intake\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import mypy_boto3_s3\n",
        "try:\n    import fast\nexcept (AttributeError, ModuleNotFoundError):\n    fast = None\n",
    ],
)
def test_what_is_given_or_never_imported_needs_no_wheel(bundled, code):
    files = {"vault/intake/__init__.py": "LIMIT = 3\n", "vault/intake/logic.py": "", "vault/intake/index.py": code}
    assert bundled(files)[1] == []


def test_a_later_python_has_more_of_its_own(bundled):
    assert bundled({"vault/intake/index.py": "import tomllib\n"}, python="3.11")[1] == []
