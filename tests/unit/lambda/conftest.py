"""Wheels and sources for the tests of the bundler."""

from zipfile import ZipFile

import pytest


@pytest.fixture
def wheel(tmp_path):
    """Return a function that writes a wheel of one package and returns its path."""

    def write(name, requires="", tag="py3-none-any", **files):
        path = tmp_path / f"{name}-1.0-{tag}.whl"
        needed = f"Requires-Dist: {requires}\n" if requires else ""
        with ZipFile(path, "w") as archive:
            archive.writestr(f"{name}/__init__.py", f"NAME = {name!r}\n")
            archive.writestr(f"{name}-1.0.dist-info/METADATA", f"Name: {name}\n{needed}")
            for place, text in files.items():
                archive.writestr(place.replace("__", "/"), text)
        return path

    return write


@pytest.fixture
def source(tmp_path):
    """Return a function that writes modules below lambda/ and returns that folder."""
    folder = tmp_path / "lambda"

    def write(files):
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return folder

    return write
