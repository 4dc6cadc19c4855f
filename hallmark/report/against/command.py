"""`hallmark report --against BASE`: writes build/report/against.md and prints it."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from hallmark.report import json_report
from hallmark.report.against.changes import changes
from hallmark.report.against.document import Document, parse
from hallmark.report.against.markdown import FILE, render
from hallmark.report.against.rows import Change
from hallmark.report.model import Report


def against(base: Mapping[str, Document], reports: Mapping[str, Report], named: Collection[str], folder: Path) -> int:
    """Write and print what changed in the named systems; 1 when anything is worse, else 0.

    A base of one system is compared with that system alone. What failed in the base, too, is not worse.
    """
    now = {name: parse(json.loads(json_report.render(report)), name) for name, report in reports.items()}
    wanted = [name for name in named if name in base] if len(base) == 1 else list(named)
    found = {name: _of_system(base.get(name), now[name]) for name in wanted}
    if len(base) > 1 and len(named) == len(reports):
        found |= {name: [Change("worse", "system", name, "gone")] for name in base if name not in now}
    revisions = [next((document.run.commit for document in run.values()), "") for run in (base, now)]
    text = render(found, *revisions)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(text, encoding="utf-8")
    print(text, end="")
    return int(any(change.sense == "worse" for rows in found.values() for change in rows))


def _of_system(before: Document | None, now: Document) -> list[Change]:
    if before is None:
        return [Change("changed", "system", now.run.system, f"new, {now.run.outcome}")]
    return changes(before, now)
