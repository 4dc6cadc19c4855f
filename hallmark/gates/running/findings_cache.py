"""A cache of a tool's findings per template in build/cache/<tool>, keyed by every input that they depend on.

It holds findings before waivers, so an expired waiver counts at once. HALLMARK_NO_CACHE=1, or deleting the folder,
forces a full run.
"""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from hallmark.evidence import now
from hallmark.project import BUILD
from hallmark.synthesized import Synthesized

FOLDER = BUILD / "cache"
SWITCH = "HALLMARK_NO_CACHE"


@dataclass(frozen=True)
class Basis:
    """The inputs of findings beside the template: the installed tool, its settings, and our own files.

    The date is one of them, because tools know when a runtime reaches its end of support.
    """

    tool: str
    settings: tuple[str, ...]
    files: tuple[Path, ...]
    folder: Path = FOLDER

    def entry(self, template: Synthesized, day: date, together: Sequence[Synthesized] = ()) -> Path:
        """Return the cache file of a template on a day; it may have been judged together with others."""
        inputs = [metadata.version(self.tool), sys.version, day.isoformat(), *self.settings, template.label]
        sha = hashlib.sha256(json.dumps(inputs).encode())
        for file in (Path(__file__), *self.files, template.path, *(one.path for one in together)):
            sha.update(b"\0" + str(file).encode() + b"\0" + file.read_bytes())
        return self.folder / self.tool / f"{sha.hexdigest()}.json"


@dataclass(frozen=True)
class Judgement:
    """A tool's findings in a template, and their time (UTC) if they are from the cache."""

    template: Synthesized
    said: Any
    since: str | None


def judged(
    basis: Basis,
    templates: Sequence[Synthesized],
    judge: Callable[[Sequence[Synthesized]], Sequence[Any]],
    together: Callable[[Synthesized], Sequence[Synthesized]] = lambda template: (),
) -> list[Judgement]:
    """Return the tool's findings in each template, as plain data; `judge` is called once, for all that are not cached.

    `together` are those that a template is judged together with, so that its findings depend on them, too. Deletes
    cached findings of templates that no longer exist.
    """
    entries = {template: basis.entry(template, date.today(), together(template)) for template in templates}
    kept = {} if os.environ.get(SWITCH) else {t: said for t, entry in entries.items() if (said := _read(entry))}
    new = [template for template in templates if template not in kept]
    for template, said in zip(new, judge(new) if new else (), strict=True):
        kept[template] = {"said": said, "made": now()}
        # Do not keep the result if a file changed meanwhile.
        if basis.entry(template, date.today(), together(template)) == entries[template]:
            _write(entries[template], kept[template])
    for stale in set((basis.folder / basis.tool).glob("*")) - set(entries.values()):
        stale.unlink(missing_ok=True)
    return [
        Judgement(template, kept[template]["said"], None if template in new else kept[template]["made"])
        for template in templates
    ]


def reused(judgements: Sequence[Judgement]) -> str:
    """Return how many results are from the cache, and since when; empty when all are new."""
    since = [judgement.since for judgement in judgements if judgement.since]
    return f"{len(since)} of {len(judgements)} templates unchanged since judged, {min(since)}" if since else ""


def _read(entry: Path) -> dict[str, Any] | None:
    """Return a cached result; None if it is missing or damaged."""
    try:
        digest, _, text = entry.read_text(encoding="utf-8").partition("\n")
    except (OSError, ValueError):
        return None
    return dict(json.loads(text)) if digest == _digest(text) else None


def _write(entry: Path, said: dict[str, Any]) -> None:
    entry.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(said, indent=1)
    entry.write_text(f"{_digest(text)}\n{text}", encoding="utf-8")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
