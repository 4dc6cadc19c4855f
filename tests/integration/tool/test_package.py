"""The package where nothing else of the project is: built, installed beside its base's dependencies alone, and used."""

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from shutil import copytree
from zipfile import ZipFile

import pytest

from hallmark import __version__
from hallmark.cli import COMMANDS, LIGHT
from hallmark.project import ROOT
from hallmark.systems.own_commands import OWN
from policies.engine import library
from tests.support.bundles import SYSTEM, make

PACKAGES = ("hallmark", "infra", "policies")
# Its own, and what the wheel's format asks for.
FILES = ("pyproject.toml", "LICENSE", "README.md", "docs/other_templates.md")
BUCKET = "Resources:\n  Data:\n    Type: AWS::S3::Bucket\n"
NEEDS = (
    'hallmark: this command needs hallmark[pipelines]: pip install "hallmark[pipelines]", and a checkout of the project'
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist and the wheel, made offline by the build backend of this environment."""
    source, into = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in PACKAGES:
        copytree(ROOT / name, source / name, ignore=lambda _, names: [one for one in names if one == "__pycache__"])
    for name in FILES:
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    for kind in ("sdist", "wheel"):
        program = f"import sys\nfrom setuptools.build_meta import build_{kind}\nbuild_{kind}(sys.argv[1])"
        command = [sys.executable, "-c", program, str(into)]
        subprocess.run(command, cwd=source, check=True, capture_output=True, text=True)
    return into


def _with_needs(requirements: Iterable[str]) -> Iterator[metadata.Distribution]:
    """Yield the distributions of requirements and of all they need; one that is not here is for other machines."""
    for one in requirements:
        found = next(metadata.distributions(name=re.split(r"[<>=~!; \[]", one)[0]), None)
        if found and "extra ==" not in one:
            yield found
            yield from _with_needs(found.requires or ())


@pytest.fixture(scope="module")
def programs(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of an environment with the wheel and its base's dependencies."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, symlinks=True)
    (packages,) = home.glob("lib/python*/site-packages")
    base = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    needed = {one.name: one for one in _with_needs(base)}
    for one in needed.values():
        for top in {file.parts[0] for file in one.files or () if file.parts[0] not in ("..", "__pycache__")}:
            (packages / top).symlink_to(str(one.locate_file(top)))
    (wheel,) = built.glob("*.whl")
    # With our path it would find the checkout, and install nothing.
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--no-index", "--quiet"]
    subprocess.run([*pip, str(wheel)], env=alone, check=True, capture_output=True)
    return home / "bin"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Return somebody's repository, whose packages have the names of ours."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    for name in ("infra", "policies"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('theirs')\n")
    (tmp_path / "lone-bucket.yaml").write_text(BUCKET)
    return tmp_path


def _run(programs: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command, environment = [str(programs / "hallmark"), *words], {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_holds_the_tool_and_nothing_else(built: Path) -> None:
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    inside = {name for name in ZipFile(wheel).namelist() if not name.endswith("/")}
    info = f"hallmark-{__version__}.dist-info"
    assert {name.partition("/")[0] for name in inside} == {*PACKAGES, info}
    ours = {
        file.relative_to(ROOT).as_posix()
        for name in PACKAGES
        for file in (ROOT / name).rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    assert {name for name in inside if not name.startswith(info)} == ours
    assert {"hallmark/py.typed", f"{info}/licenses/LICENSE"} <= inside
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert ours <= names
    assert {name.partition("/")[0] for name in names} <= {
        *("", "LICENSE", "PKG-INFO", "README.md", "docs", "hallmark.egg-info", "pyproject.toml", "setup.cfg"),
        *PACKAGES,
    }


def test_its_version_is_not_that_of_the_repository_around_it(programs: Path, elsewhere: Path) -> None:
    done = _run(programs, elsewhere, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"hallmark {__version__}\n", "")


def test_it_judges_a_template(programs: Path, elsewhere: Path) -> None:
    shown = _run(programs, elsewhere, "policy", "lone-bucket.yaml", "--catalogue", "serverless-baseline")
    assert (shown.returncode, shown.stderr) == (1, "")
    assert "BUCKET_PRIVATE  failed" in shown.stdout
    done = _run(programs, elsewhere, "policy", "lone-bucket.yaml", "--catalogue", "serverless-baseline", "--json")
    (entry,) = json.loads(done.stdout)
    found = [finding for control in entry["controls"] for finding in control["findings"]]
    assert {finding["resource"] for finding in found} == {"Data"}
    of_system = _run(programs, elsewhere, "policy", "lone-bucket.yaml", "--system", next(iter(OWN)), "--json")
    assert of_system.returncode == 1
    assert json.loads(of_system.stdout)


def test_it_verifies_a_bundle(programs: Path, elsewhere: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    bundle = elsewhere / "bundle.zip"
    data = make(tmp_path_factory.mktemp("checkout")).zip()
    bundle.write_bytes(data)
    done = _run(programs, elsewhere, "verify", "bundle.zip", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["systems"][SYSTEM.name]["counts"]["failed"] == 1
    bundle.write_bytes(data.replace(b"requirements: 5", b"requirements: 4"))
    altered = _run(programs, elsewhere, "verify", "bundle.zip")
    assert altered.returncode == 1
    assert f"altered: checkout/policies/controls/{SYSTEM.name}.yaml: " in altered.stdout


def test_it_is_not_led_astray_by_packages_of_the_same_names(programs: Path, elsewhere: Path) -> None:
    command = [str(programs / "python"), "-m", "hallmark", "policy", "lone-bucket.yaml", "--catalogue"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(elsewhere)}
    done = subprocess.run(
        [*command, "serverless-baseline"], cwd=elsewhere, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_it_explains_its_library(programs: Path, elsewhere: Path) -> None:
    listed = _run(programs, elsewhere, "policy", "--list", "--json")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert [name for name in library.names() if f'"{name}"' not in listed.stdout] == []
    assert _run(programs, elsewhere, "policy", "--explain", "buckets/private").returncode == 0


def test_its_help_lists_every_command(programs: Path, elsewhere: Path) -> None:
    shown = _run(programs, elsewhere, "-h")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert [name for name in (*COMMANDS, *OWN) if f"│ {name} " not in shown.stdout] == []


@pytest.mark.parametrize(
    "words",
    [
        *([name] for name in COMMANDS if name not in LIGHT),
        ["policy", "--stage", "dev"],
        *([system, name] for system, own in OWN.items() for name in own),
    ],
    ids=" ".join,
)
def test_what_needs_the_project_says_so(programs: Path, elsewhere: Path, words: list[str]) -> None:
    done = _run(programs, elsewhere, *words)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{NEEDS}\n")


def test_a_mistake_is_one_line(programs: Path, elsewhere: Path) -> None:
    for words in (["policy"], ["nothing"], ["policy", "missing.yaml", "--catalogue", "serverless-baseline"]):
        done = _run(programs, elsewhere, *words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
