"""Lists that age: a system's rules files hold lists, each with its source, its date, and until when it may be used.

`lambda/<system>/rules/*.toml`, each with `[[list]]` tables. Whoever builds refuses a list past its review.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from infra.errors import UserError
from infra.paths import ROOT
from infra.systems import NAMES

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class DatedList:
    """What a list says of itself; `file` is relative to the checkout, `review_by` the last day that it may be used."""

    file: str
    id: str
    version: str
    effective: date
    source: str
    review_by: date
    note: str = ""

    def is_overdue(self, day: date) -> bool:
        """Return whether the list should have been reviewed before a day."""
        return day > self.review_by


def today() -> date:
    """Return the day by which lists are judged: UTC's."""
    return datetime.now(UTC).date()


def lists_of(system: str, root: Path = ROOT) -> list[DatedList]:
    """Return the lists of a system's rules files, by file, as they stand there; UserError for one that says too little.

    A system without such files has none.
    """
    found: list[DatedList] = []
    for path in sorted((root / "lambda" / system / "rules").glob("*.toml")):
        for one in _lists_in(path, root):
            if any(one.id == other.id for other in found):
                raise UserError(f"{one.file}: list {one.id}: another list has this id: rename one")
            found.append(one)
    return found


def refuse_overdue(day: date | None = None, root: Path = ROOT) -> None:
    """Raise UserError, one line, if any system has a list past its review on a day, today by default.

    Or rules files that its functions cannot read: `infra/<system>/lists.py` knows that.
    """
    day = day or today()
    late = [one for name in NAMES for one in lists_of(name, root) if one.is_overdue(day)]
    if not late:
        for name in NAMES if root == ROOT else ():
            if find_spec(f"infra.{name}.lists"):
                import_module(f"infra.{name}.lists").refuse_unreadable()
        return
    named = ", ".join(f"{one.id} by {one.review_by} ({one.file})" for one in late)
    raise UserError(
        f"lists that were to be reviewed: {named}: compare each with its source, "
        "then set its version, effective and reviewBy"
    )


def _lists_in(path: Path, root: Path) -> Sequence[DatedList]:
    file = path.relative_to(root).as_posix()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{file}: cannot be read as TOML: {error}") from None
    found = content.get("list")
    if not isinstance(found, list) or not found:
        raise UserError(f"{file}: wants lists, as [[list]] tables")
    return [_list(file, root, number, one) for number, one in enumerate(found, 1)]


def _list(file: str, root: Path, number: int, said: Any) -> DatedList:
    values: Mapping[str, Any] = said if isinstance(said, dict) else {}
    id = values.get("id")
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise UserError(f"{file}: list {number}: id wants a name such as call-for-action, got {id!r}")
    place = f"{file}: list {id}"
    effective, review_by = (_day(place, values, name) for name in ("effective", "reviewBy"))
    if review_by < effective:
        raise UserError(f"{place}: reviewBy wants a day from effective on, got {review_by}")
    version, source = (_text(place, values, name) for name in ("version", "source"))
    if not source.startswith("https://") and not (root / source).is_file():
        raise UserError(f"{place}: source wants an https address, or a file of the checkout, got {source!r}")
    note = _text(place, values, "note") if "note" in values else ""
    return DatedList(file, id, version, effective, source, review_by, " ".join(note.split()))


def _day(place: str, values: Mapping[str, Any], name: str) -> date:
    found = values.get(name)
    if not isinstance(found, date) or isinstance(found, datetime):
        raise UserError(f"{place}: {name} wants a date such as 2026-11-30, without quotes, got {_shown(found)}")
    return found


def _text(place: str, values: Mapping[str, Any], name: str) -> str:
    found = values.get(name)
    if not isinstance(found, str) or not found.strip():
        raise UserError(f"{place}: {name} wants a text, got {_shown(found)}")
    return found


def _shown(found: object) -> str:
    return "none" if found is None else repr(found)
