"""The templates that a user names: files as they are, folders by what in them is a template."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.errors import UserError
from policies.engine.assembly import MANIFEST, files_of
from policies.engine.reading.reader import read_template
from policies.engine.reading.recognition import looks_like_template
from policies.engine.reading.refusal import Unreadable

_ENDINGS = (".json", ".yaml", ".yml", ".template")
# What tools and editors leave in a repository.
_NOT_OURS = {"node_modules", "__pycache__", "venv", "site-packages"}


@dataclass(frozen=True)
class Found:
    """The templates by their files; those of folders that are broken, each with one line."""

    documents: dict[str, dict[str, Any]]
    broken: tuple[str, ...]


def templates_of(places: Sequence[Path]) -> Found:
    """Return the templates of files and folders; UserError for a file, or a folder without any template."""
    documents: dict[str, dict[str, Any]] = {}
    broken: list[str] = []
    for place in places:
        if not place.is_dir():
            documents[str(place)] = _named(place)
            continue
        before = len(documents) + len(broken)
        for file in _inside(place):
            try:
                documents[str(file)] = read_template(file)
            except Unreadable as error:
                broken.append(f"{file}: {error}")
        if before == len(documents) + len(broken):
            raise UserError(f"{place} has no template: name a folder with CloudFormation templates, JSON or YAML")
    return Found(documents, tuple(broken))


def only_templates(places: Sequence[Path]) -> list[Path]:
    """Return the places without files that are no templates, which are named on stderr; what cannot be read stays."""
    others = [place for place in places if place.is_file() and not _may_be(place)]
    for other in others:
        print(f"passed over: {other} is no CloudFormation template", file=sys.stderr)
    return [place for place in places if place not in others]


def _named(file: Path) -> dict[str, Any]:
    try:
        return read_template(file)
    except Unreadable as error:
        raise UserError(f"{file}: {' '.join(str(error).split())}") from None


def _inside(folder: Path) -> Iterator[Path]:
    """Yield the templates of a folder: those of a cloud assembly by its manifest, else at any depth."""
    if (folder / MANIFEST).is_file() and _is_assembly(folder / MANIFEST):
        try:
            yield from files_of(folder)
        except Unreadable as error:
            raise UserError(f"{folder} {error}") from None
        return
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in _NOT_OURS and not one.startswith("."))
        for name in sorted(names):
            file = Path(place, name)
            if name.endswith(_ENDINGS) and not name.startswith(".") and _may_be(file):
                yield file


def _is_assembly(manifest: Path) -> bool:
    try:
        data = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "artifacts" in data


def _may_be(file: Path) -> bool:
    """Return whether a file looks like a template, broken or not."""
    try:
        return looks_like_template(file.read_bytes())
    except OSError:
        return False
