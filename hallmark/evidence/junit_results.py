"""The functions' test results, run by Node.js, as evidence: a test's name starts with `[CONTROL_ID ...]`."""

import re
from collections.abc import Iterator
from pathlib import Path
from time import time
from xml.etree import ElementTree

from hallmark.evidence import Outcome, Proof, changed
from hallmark.project import BUILD, ROOT
from hallmark.revision import sha256
from infra.errors import UserError
from infra.systems import owner_of

RESULTS = BUILD / "test-results" / "lambda.xml"
SOURCES = (ROOT / "lambda", ROOT / "tests" / "unit" / "lambda")
_IDS = re.compile(r"^((?:\[[A-Z0-9_, ]+\]\s*)+)")


def junit_proofs(results: Path = RESULTS, sources: tuple[Path, ...] = SOURCES) -> Iterator[Proof]:
    """Yield one proof for each test and control of a JUnit file; skipped tests prove nothing.

    UserError when the file is missing, unreadable, or older than the tested sources.
    """
    _parsed(results)
    _refuse_stale(results, sources)
    yield from proofs(results)


def proofs(results: Path = RESULTS) -> Iterator[Proof]:
    """Yield the proofs of a JUnit file of whatever age; UserError when it is missing or unreadable."""
    root = _parsed(results)
    label = str(results.relative_to(ROOT)) if results.is_relative_to(ROOT) else results.name
    digest, made = sha256(results), changed(results)
    for names, case in _cases(root, ()):
        if case.find("skipped") is None:
            outcome: Outcome = "passed" if case.find("failure") is None and case.find("error") is None else "failed"
            for control in sorted({control for name in names for control in controls_of(name)}):
                artifact = f"{label}::{case.get('name', '')}"
                yield Proof(control, "behaviour", outcome, artifact, digest, time=made)


def is_of(proof: Proof, system: str | None) -> bool:
    """Return whether a proof belongs to the evidence about a system; that of the house has all."""
    owner = owner_of(proof.control)
    return system is None or (owner is not None and owner.name == system)


def refuse_idle(results: Path = RESULTS) -> None:
    """Raise UserError when a JUnit file has no test, or one that did not run: it shows nothing."""
    cases = [case for _, case in _cases(_parsed(results), ())]
    idle = [case.get("name", "") for case in cases if case.find("skipped") is not None]
    if not cases:
        raise UserError(f"{results.name} has no test: run `npm test` again")
    if idle:
        raise UserError(
            f"{len(idle)} tests of functions were skipped, such as {idle[0]!r}: make them pass, or delete them"
        )


def controls_of(name: str) -> list[str]:
    """Return the control ids in brackets at the start of a test's name."""
    found = _IDS.match(name)
    return re.findall(r"[A-Z][A-Z0-9_]+", found[1]) if found else []


def _cases(
    element: ElementTree.Element, names: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], ElementTree.Element]]:
    for child in element:
        inner = (*names, child.get("name", ""))
        if child.tag == "testcase":
            yield inner, child
        elif child.tag == "testsuite":
            yield from _cases(child, inner)


def _parsed(results: Path) -> ElementTree.Element:
    try:
        text = results.read_text(encoding="utf-8")
    except OSError:
        raise UserError(f"{results} is missing: run `npm test`") from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UserError(f"{results} declares XML entities, which our results never do: run `npm test` again")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError:
        raise UserError(f"{results} is not valid XML: run `npm test` again") from None


def newer_source(results: Path, sources: tuple[Path, ...] = SOURCES) -> Path | None:
    """Return a source that changed after the results were written; OSError when there are no results."""
    made = results.stat().st_mtime
    paths = (path for source in sources for path in source.rglob("*.ts"))
    return next((path for path in paths if path.stat().st_mtime > made), None)


def _refuse_stale(results: Path, sources: tuple[Path, ...]) -> None:
    if newer := newer_source(results, sources):
        if newer.stat().st_mtime > time():
            raise UserError(f"{newer.name} has a modification time in the future: run `touch {newer}`")
        raise UserError(f"{results.name} is older than {newer.name}: run `npm test` again")
