"""The files that a report's evidence is in, copied beside the reports, so that links work wherever the folder goes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from hallmark.evidence import EVIDENCE, manifest
from hallmark.evidence.inputs import digest_of
from hallmark.evidence.record import label_of
from hallmark.project import ROOT
from hallmark.report.model import Report

FOLDER = "files"
# A larger file stays where it is, and its SHA-256 names it.
_LARGEST = 4_000_000


@dataclass(frozen=True)
class Links:
    """The addresses of copies for a page; `up` is the way from the page to the folder of all reports."""

    copies: Mapping[str, str]
    up: str = ""

    def __call__(self, path: str, sha256: str = "") -> str:
        """Return the address of a file's copy; empty where none, or none with this SHA-256, lies beside the report."""
        there = self.copies.get(path)
        return f"{self.up}{FOLDER}/{quote(path)}" if there and sha256 in ("", there) else ""


def beside(report: Report, folder: Path, root: Path = ROOT) -> Report:
    """Copy the files of a report's evidence into the folder of all reports, and return the report with their names."""
    copied = {}
    for path, wanted in dict.fromkeys(_files(report)):
        content = _content(root, path, wanted)
        if content is None:
            continue
        target = folder / FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        copied[path] = digest_of(target)
    return replace(report, copies=copied)


def _files(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the path and the SHA-256 of each file; of a gate's evidence, the manifest vouches for it."""
    yield label_of(manifest.file_of(EVIDENCE)), report.run.manifest
    yield from ((gate.file, "") for gate in report.gates if gate.file)
    yield from ((row.artifact.partition("::")[0], row.sha256) for item in report.controls for row in item.proofs)


def _content(root: Path, path: str, wanted: str) -> bytes | None:
    """Return a file's bytes; None for one that is another, too large, no file of the checkout, or gone."""
    file = root / path
    if not file.resolve().is_relative_to(root.resolve()) or file.is_symlink() or not file.is_file():
        return None
    if file.stat().st_size > _LARGEST or (wanted and digest_of(file) != wanted):
        return None
    return file.read_bytes()
