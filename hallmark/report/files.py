"""The files of a report: each system's in a folder of its name, and those of the front page beside these."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from hallmark.report import copies, front, html, json_report, junit, markdown, sarif
from hallmark.report.front import Front
from hallmark.report.model import Report
from hallmark.synthesized import Synthesized
from infra.systems import NAMES

LineOf = Callable[[str, str], int]
OF_A_SYSTEM: Mapping[str, Callable[[Report, LineOf], str]] = {
    "report.json": lambda report, line_of: json_report.render(report),
    "report.md": lambda report, line_of: markdown.render(report),
    "report.sarif": sarif.render,
    "junit.xml": lambda report, line_of: junit.render(report),
    "index.html": lambda report, line_of: html.render(report),
}
OF_ALL: Mapping[str, Callable[[Front], str]] = {
    "summary.json": front.summary_json,
    "summary.md": front.summary_markdown,
    "index.html": front.page,
}


def remove(folder: Path) -> None:
    """Delete the files of an older report: where a new one cannot be made, the old one must not stand for it."""
    for path in (*(folder / name for name in OF_ALL), *(folder / one / name for one in NAMES for name in OF_A_SYSTEM)):
        path.unlink(missing_ok=True)
    shutil.rmtree(folder / copies.FOLDER, ignore_errors=True)


def write(report: Report, folder: Path, templates: Mapping[str, Synthesized]) -> None:
    """Write a system's report in every format into its folder."""

    def line_of(artifact: str, resource: str) -> int:
        return templates[artifact].line_of(resource) if artifact in templates else 1

    _write(folder, {name: render(report, line_of) for name, render in OF_A_SYSTEM.items()})


def write_front(all_systems: Front, folder: Path) -> None:
    """Write the front page in every format into the folder that holds the systems' own."""
    _write(folder, {name: render(all_systems) for name, render in OF_ALL.items()})


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
