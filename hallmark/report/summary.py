"""The report in a terminal: what failed, and what a reader of a passed run must know."""

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from rich.text import Text

from hallmark.project import ROOT
from hallmark.report.model import ControlReport, Report
from hallmark.report.plain import one_line
from hallmark.report.standing import counted, label
from hallmark.report.tally import sentences
from hallmark.revision import UNKNOWN
from hallmark.terminal import out
from hallmark.wording import counted as counted_things

_STYLES = {"failed": "bold red", "unproven": "bold yellow", "passed": "bold green"}
_MOST_FINDINGS = 10

# More lines of sources than this are in the report.
MOST_PLACES = 3


def show(lines: Iterable[str]) -> None:
    """Print lines, in a terminal broken between words; a pipe gets them whole."""
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        broken = partial(textwrap.fill, break_long_words=False, break_on_hyphens=False, subsequent_indent=indent)
        text = Text(broken(line, columns) if columns else line)
        for word, style in _STYLES.items():
            text.highlight_regex(rf"\b{word}\b", style)
        out.print(text, soft_wrap=True)


def summary(report: Report, folder: Path) -> list[str]:
    """Return the lines for the terminal: counts, failures, figures, what a reader must know, the report's path."""
    texts = [
        *report.problems,
        *_failing(report),
        *_tools(report),
        *sentences(report),
        *(f"{item.control.id}: {figure}" for item in report.controls for figure in item.figures),
        *_reservations(report),
    ]
    first = f"{report.run.system}: {report.outcome}; {report.scope}: {counted(report.standings)}"
    return [first, *(f"  {one_line(text)}" for text in texts), shown(folder / "index.html")]


def _tools(report: Report) -> Iterator[str]:
    found = [finding for finding in report.tool_findings if not finding.waived_by]
    for one in found[:_MOST_FINDINGS]:
        yield f"{one.tool} {one.rule} failed: {one.resource}: {one.message} ({one.file}:{one.line})"
    if len(found) > _MOST_FINDINGS:
        yield f"{counted_things(len(found) - _MOST_FINDINGS, 'more finding')} of tools failed: in the report"


def _reservations(report: Report) -> Iterator[str]:
    """Yield what the report says in full: the state of the tree, limits of the emulator, what is not read, notes."""
    if report.run.uncommitted or report.run.commit == UNKNOWN:
        yield f"commit {report.run.revision}"
    absent = sum(1 for limit in report.limits if limit.fidelity == "absent")
    if report.limits:
        apply = "1 limit applies" if len(report.limits) == 1 else f"{len(report.limits)} limits apply"
        more = f", {absent} of them absent" if absent else ""
        yield f"the emulator is not AWS: {apply}{more} (in the report, by control)"
    if report.unread:
        things = "1 thing" if len(report.unread) == 1 else f"{len(report.unread)} things"
        yield f"not read back from the stages: {things} (in the report, with the reason)"
    yield from (f"note: {note.text}" for note in report.notes)


def shown(file: Path) -> str:
    return str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file)


def _places(report: Report, item: ControlReport) -> str:
    """Return the first lines of the sources to edit, in brackets; empty where no finding names a resource."""
    found = dict.fromkeys(str(report.source_of(item, row, one.resource)) for row, one in item.open_findings)
    more = f" and {len(found) - MOST_PLACES} more" if len(found) > MOST_PLACES else ""
    return f" [{', '.join([*found][:MOST_PLACES])}{more}]" if found else ""


def _failing(report: Report) -> Iterator[str]:
    """Yield a line for each failed control, and one for all that lack the same proof."""
    same: dict[str, list[str]] = {}
    for item in report.failing:
        text = f"{label(item.verdict)}: {item.reason}"
        # A failure's reason ends with the fix of its first finding.
        text = f"{text}{_places(report, item)}" if item.verdict == "failed" else f"{text.removesuffix('.')}. {item.fix}"
        same.setdefault(text, []).append(item.control.id)
    yield from (f"{', '.join(names)} {text}" for text, names in same.items())
