"""What a tool said about a template, kept in build/cache/<tool> as long as nothing changes that it follows from.

What is kept are findings before the waivers: a waiver that ends counts at once. HALLMARK_NO_CACHE=1, or removing the
folder, has everything judged again.
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
    """What a judgement follows from beside the template: the tool as it is installed, its settings, and our own files.

    The day belongs to it, for tools know when a runtime ends.
    """

    tool: str
    settings: tuple[str, ...]
    files: tuple[Path, ...]
    folder: Path = FOLDER

    def entry(self, template: Synthesized, day: date) -> Path:
        """Return where the judgement of a template on a day is kept."""
        told = [metadata.version(self.tool), sys.version, day.isoformat(), *self.settings, template.label]
        sha = hashlib.sha256(json.dumps(told).encode())
        for file in (Path(__file__), *self.files, template.path):
            sha.update(b"\0" + str(file).encode() + b"\0" + file.read_bytes())
        return self.folder / self.tool / f"{sha.hexdigest()}.json"


@dataclass(frozen=True)
class Judgement:
    """What a tool says about a template, and when it did (UTC) if that was before."""

    template: Synthesized
    said: Any
    since: str | None


def judged(
    basis: Basis, templates: Sequence[Synthesized], judge: Callable[[Sequence[Synthesized]], Sequence[Any]]
) -> list[Judgement]:
    """Return what the tool says of each template, plain data; `judge` is asked once, for all that is not kept.

    What is kept of templates that are no longer there goes.
    """
    entries = {template: basis.entry(template, date.today()) for template in templates}
    kept = {} if os.environ.get(SWITCH) else {t: said for t, entry in entries.items() if (said := _read(entry))}
    new = [template for template in templates if template not in kept]
    for template, said in zip(new, judge(new) if new else (), strict=True):
        kept[template] = {"said": said, "made": now()}
        # A file that was changed meanwhile may have been read before or after.
        if basis.entry(template, date.today()) == entries[template]:
            _write(entries[template], kept[template])
    for stale in set((basis.folder / basis.tool).glob("*")) - set(entries.values()):
        stale.unlink(missing_ok=True)
    return [
        Judgement(template, kept[template]["said"], None if template in new else kept[template]["made"])
        for template in templates
    ]


def told_before(judgements: Sequence[Judgement]) -> str:
    """Return how many judgements are kept, and since when; nothing when all are new."""
    since = [judgement.since for judgement in judgements if judgement.since]
    return f"{len(since)} of {len(judgements)} templates unchanged since judged, {min(since)}" if since else ""


def _read(entry: Path) -> dict[str, Any] | None:
    """Return what is kept; None unless it is there as it was written."""
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
