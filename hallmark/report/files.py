"""The files of a report: each system's in a folder of its name, and those of the front page beside these."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from hallmark.report import copies, front, html, json_report, junit, markdown, sarif
from hallmark.report.against.markdown import FILE
from hallmark.report.front import Front
from hallmark.report.model import Report
from infra.systems import NAMES

OF_A_SYSTEM: Mapping[str, Callable[[Report], str]] = {
    "report.json": json_report.render,
    "report.md": markdown.render,
    "report.sarif": sarif.render,
    "junit.xml": junit.render,
    "index.html": html.render,
}
OF_ALL: Mapping[str, Callable[[Front], str]] = {
    "summary.json": front.summary_json,
    "summary.md": front.summary_markdown,
    "index.html": front.page,
}


def remove(folder: Path) -> None:
    """Delete the files of an older report: where a new one cannot be made, the old one must not stand for it."""
    names = (*OF_ALL, FILE)
    for path in (*(folder / name for name in names), *(folder / one / name for one in NAMES for name in OF_A_SYSTEM)):
        path.unlink(missing_ok=True)
    shutil.rmtree(folder / copies.FOLDER, ignore_errors=True)


def write(report: Report, folder: Path) -> None:
    """Write a system's report in every format into its folder."""
    _write(folder, {name: render(report) for name, render in OF_A_SYSTEM.items()})


def write_front(all_systems: Front, folder: Path) -> None:
    """Write the front page in every format into the folder that holds the systems' own."""
    _write(folder, {name: render(all_systems) for name, render in OF_ALL.items()})


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
