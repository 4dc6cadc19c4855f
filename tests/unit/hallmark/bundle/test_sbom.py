"""The SBOM: CycloneDX 1.6 of all that the locks name, the same from the same locks."""

import json
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from hallmark.bundle import forms, inside, locks, sbom
from hallmark.project import ROOT
from tests.support.bundles import MOMENT, Made

PATTERNS = ("requirements/*.txt", "lambda/*/*/requirements.txt", "lambda/*/*/Dockerfile", "package-lock.json")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    paths = [path for pattern in PATTERNS for path in ROOT.glob(pattern)]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture(scope="module")
def document(texts: dict[str, str]) -> dict[str, Any]:
    return dict(json.loads(sbom.render(texts, MOMENT)))


def test_valid_and_the_same(texts: dict[str, str], document: dict[str, Any]) -> None:
    text = sbom.render(texts, MOMENT)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.decode()) is None
    assert text == sbom.render(dict(reversed(texts.items())), MOMENT)
    assert document["metadata"]["timestamp"] == "2026-11-21T12:00:00+00:00"


def test_everything_is_in_it(texts: dict[str, str], document: dict[str, Any]) -> None:
    components = {one["purl"]: one for one in document["components"]}
    assert all(map(locks.is_lock, texts))
    assert set(components) == {pin.purl for pin in locks.pins(texts)}
    assert {purl.split("/")[0] for purl in components} == {"pkg:pypi", "pkg:npm", "pkg:docker"}
    assert all(one.get("hashes") for one in components.values() if one["type"] == "library")
    package = json.loads(texts["package-lock.json"])["packages"]["node_modules/esbuild"]
    esbuild = components[f"pkg:npm/esbuild@{package['version']}"]
    assert esbuild["licenses"][0]["license"]["id"] == package["license"]
    assert esbuild["properties"] == [{"name": "hallmark:lock", "value": "package-lock.json"}]
    known = sum("licenses" in one for one in components.values())
    assert known > len(components) / 2


def test_locks() -> None:
    texts = {
        "requirements/a.txt": "A_b.c[extra]==1.0 ; python_version < '3.12' \\\n    --hash=sha256:"
        + "1" * 64
        + "\nd==2\n",
        "requirements/b.txt": "a-b-c==1.0 \\\n    --hash=sha256:" + "2" * 64 + "\n",
        "x/Dockerfile": "FROM --platform=linux/arm64 python:3.11-slim AS base\nFROM a.b/c@sha256:" + "3" * 64 + "\n",
    }
    found = {pin.purl: pin for pin in locks.pins(texts)}
    assert found["pkg:pypi/a-b-c@1.0"].hashes == (f"sha256:{'1' * 64}", f"sha256:{'2' * 64}")
    assert found["pkg:pypi/a-b-c@1.0"].locks == ("requirements/a.txt", "requirements/b.txt")
    assert set(found) == {
        *("pkg:pypi/a-b-c@1.0", "pkg:pypi/d@2", "pkg:docker/python@3.11-slim"),
        f"pkg:docker/c@sha256%3A{'3' * 64}?repository_url=a.b",
    }


def test_a_lock_that_is_none() -> None:
    packages = {"packages": {"node_modules/a": {"version": "1", "integrity": "sha512-?"}}}
    with pytest.raises(ValueError, match="no digest"):
        locks.pins({"package-lock.json": json.dumps(packages)})


def test_of_a_bundle(made: Made) -> None:
    found = forms.locks_in(made.members)
    assert set(found) == {"requirements/dev.txt", "package-lock.json", "lambda/a/b/Dockerfile"}
    assert not locks.is_lock(Path(inside.WAIVERS).as_posix())
