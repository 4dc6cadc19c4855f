"""What goes into a bundle: report, export, evidence with its artifacts, and what judged."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hallmark.bundle import documents, inside
from hallmark.evidence import manifest
from hallmark.evidence.record import EVIDENCE
from hallmark.export import command as export
from hallmark.project import CLOUD_ASSEMBLY, ROOT
from hallmark.report import files
from hallmark.report.front import Front
from hallmark.report.model import Report
from hallmark.report.proving import running
from hallmark.synthesized import Synthesized
from infra.errors import UserError

# What judged and is small: the catalogues, cards and tables, and the locks, of which the SBOM is made.
_TABLES = (
    *("policies/controls/*.yaml", "policies/faults/*.yaml", inside.WAIVERS, "policies/library/**/*.yaml"),
    *(inside.FIDELITY, "requirements/*.txt", "lambda/*/*/requirements.txt", "lambda/*/*/Dockerfile"),
    "package-lock.json",
)


def moment(folder: Path = EVIDENCE) -> datetime:
    """Return when the last gate began whose evidence is there, in UTC: the time of a bundle.

    UserError without any evidence.
    """
    gates = (path for path in folder.rglob("*.json") if path != manifest.file_of(folder))
    times = [json.loads(path.read_text(encoding="utf-8"))["started"] for path in gates]
    if not times:
        raise UserError("there is no evidence to bundle: run `tox` first")
    return datetime.fromisoformat(max(times)).astimezone(UTC)


def refuse(reports: Mapping[str, Report]) -> None:
    """Raise UserError for the first gate whose evidence the report refuses, with its reason."""
    for system, report in reports.items():
        for gate in report.gates:
            if gate.outcome == "refused":
                do = running([gate.name])
                again = f": run `{do}`" if do else ""
                raise UserError(f"{system}: the evidence of gate {gate.name} is refused, {gate.detail}{again}")


def gathered(reports: Mapping[str, Report], templates: Mapping[str, Synthesized]) -> dict[str, bytes]:
    """Return the members of a bundle by their names, without those that are about the others."""
    return {
        **_rendered(reports, templates),
        **{inside.controls_of(name): _controls(report) for name, report in reports.items()},
        **{inside.CHECKOUT + path: _content(path) for path in sorted({*_of_evidence(), *_tables()})},
    }


def _rendered(reports: Mapping[str, Report], templates: Mapping[str, Synthesized]) -> dict[str, bytes]:
    """Write report and export into a folder that is deleted, and return its files."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        for name, report in reports.items():
            files.write(report, folder / inside.REPORT / name)
        files.write_front(Front(tuple(reports.values())), folder / inside.REPORT)
        export.write(reports, templates, folder / inside.EXPORT)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _controls(report: Report) -> bytes:
    return documents.written({"controls": [asdict(item.control) for item in report.controls]})


def _of_evidence() -> Iterator[str]:
    """Yield the paths of all evidence, of its artifacts, and of what the report joins beside it."""
    yield manifest.file_of(EVIDENCE).relative_to(ROOT).as_posix()
    yield from (row.path for row in manifest.read(EVIDENCE).rows)
    for kind in ("template", "sources"):
        yield from (path.relative_to(ROOT).as_posix() for path in CLOUD_ASSEMBLY.glob(f"*.{kind}.json"))


def _tables() -> Iterator[str]:
    yield from (path.relative_to(ROOT).as_posix() for pattern in _TABLES for path in ROOT.glob(pattern))


def _content(path: str) -> bytes:
    file = ROOT / path
    if file.is_symlink() or not file.is_file():
        raise UserError(f"{path} is no file: a bundle cannot hold it")
    return file.read_bytes()
