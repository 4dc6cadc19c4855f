"""The base of a comparison: a folder build/report, one report.json, or a bundle."""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile

from hallmark.report.against.document import Document, parse
from infra.errors import UserError

NAME = "report.json"
_NAMED = f"name the folder build/report of another run, a {NAME}, or a bundle"
# Where the systems' folders are: in build/report, and in what was saved with a part of its path.
_INSIDE = ("", "report", "build/report")
# A report has some megabytes: more is none.
MOST_BYTES = 64 * 2**20


def read(base: Path) -> dict[str, Document]:
    """Return the base's reports by their systems; UserError when there is none, or one of another format."""
    if not base.exists():
        raise UserError(f"{base} does not exist: {_NAMED}")
    found: dict[str, Document] = {}
    for place, text in _texts(base):
        document = parse(_json(text, place), place)
        if document.run.system in found:
            raise UserError(f"{base} has two reports of {document.run.system}: name one of them")
        found[document.run.system] = document
    if not found:
        raise UserError(f"{base} has no {NAME}: {_NAMED}")
    return found


def _texts(base: Path) -> Iterator[tuple[str, bytes]]:
    if base.is_dir():
        yield from _of_folder(base)
    elif base.suffix == ".zip":
        yield from _of_bundle(base)
    else:
        yield str(base), _read(base)


def _of_folder(base: Path) -> Iterator[tuple[str, bytes]]:
    for inside in _INSIDE:
        folder = base / inside
        files = [*([folder / NAME] if (folder / NAME).is_file() else ()), *sorted(folder.glob(f"*/{NAME}"))]
        if files:
            yield from ((str(file), _read(file)) for file in files)
            return


def _of_bundle(base: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with ZipFile(base) as bundle:
            for member in bundle.infolist():
                path = PurePosixPath(member.filename)
                if path.name == NAME and "report" in path.parts[:-1]:
                    if member.file_size > MOST_BYTES:
                        raise UserError(f"{base}: {path} is too large for a report")
                    yield f"{base}: {path}", bundle.read(member)
    except (BadZipFile, OSError, RuntimeError, EOFError) as error:
        raise UserError(f"{base} cannot be read as a bundle: {error}") from None


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise UserError(f"{file} is too large for a report")
        return file.read_bytes()
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from None


def _json(text: bytes, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise UserError(f"{place} is not JSON: {_NAMED}") from None
