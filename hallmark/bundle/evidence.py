"""The evidence in a bundle beside its own manifest, its artifacts, its inputs, and what judged."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hallmark.bundle import documents, inside, manifest
from hallmark.bundle.altered import AlteredError
from hallmark.evidence import Evidence
from hallmark.evidence.inputs import listed
from hallmark.evidence.manifest import GATE, SYSTEM, Row
from hallmark.evidence.record import parse
from hallmark.evidence.stored import contradictions
from infra.errors import UserError

Members = Mapping[str, memoryview]


def check(members: Members, about: Mapping[str, Any]) -> tuple[Evidence, ...]:
    """Return all evidence; AlteredError for the first file that its manifest or another evidence contradicts."""
    if inside.EVIDENCE_MANIFEST not in members:
        raise AlteredError(inside.EVIDENCE_MANIFEST, "it is gone")
    if manifest.sha256(members[inside.EVIDENCE_MANIFEST]) != about["evidence"]:
        raise AlteredError(inside.EVIDENCE_MANIFEST, f"{manifest.NAME} says another digest of it")
    rows = _rows(members[inside.EVIDENCE_MANIFEST])
    _check_files(rows, members)
    found = [_of_gate(gate, system, rows, members) for gate, system in dict.fromkeys((r.gate, r.system) for r in rows)]
    return tuple(sorted(found, key=lambda item: item.started))


def _rows(text: memoryview) -> tuple[Row, ...]:
    found: tuple[Row, ...] = ()
    try:
        found = tuple(Row(**row) for row in documents.parsed(inside.EVIDENCE_MANIFEST, text)["files"])
        fits = all(GATE.fullmatch(row.gate) and (row.system is None or SYSTEM.fullmatch(row.system)) for row in found)
    except (TypeError, KeyError):
        fits = False
    if not fits:
        raise AlteredError(inside.EVIDENCE_MANIFEST, "it is no manifest of evidence any more")
    return found


def _check_files(rows: tuple[Row, ...], members: Members) -> None:
    said = {inside.CHECKOUT + row.path: row.sha256 for row in rows}
    for name, digest in said.items():
        if name not in members:
            raise AlteredError(name, "it is gone, and evidence rests on it")
        if manifest.sha256(members[name]) != digest:
            raise AlteredError(name, "it is not what its gate judged or wrote")
    for name in members:
        if name.startswith(inside.EVIDENCE) and name != inside.EVIDENCE_MANIFEST and name not in said:
            raise AlteredError(name, "it was added: no gate left it")


def _of_gate(gate: str, system: str | None, rows: tuple[Row, ...], members: Members) -> Evidence:
    digests = {row.path: row.sha256 for row in rows if (row.gate, row.system) == (gate, system)}
    folder = "build/evidence/" + (f"{system}/" if system else "")
    file, listing = f"{folder}{gate}.json", f"{folder}{gate}.inputs"
    for path in (file, listing):
        if path not in digests:
            raise AlteredError(inside.CHECKOUT + path, "it is gone from the manifest of evidence")
    name = inside.CHECKOUT + file
    try:
        evidence = parse(str(members[name], "utf-8"), Path(file))
        inputs = listed(str(members[inside.CHECKOUT + listing], "utf-8"))
    except (UserError, ValueError) as error:
        raise AlteredError(name, f"it cannot be read: {error}") from None
    own = {path: digests[path] for path in (file, listing)}
    if evidence.system != system or {**evidence.files, **own} != digests:
        raise AlteredError(name, "it rests on other files than the manifest of evidence lists")
    if problem := next(contradictions(evidence, inputs), ""):
        raise AlteredError(name, problem)
    for path, digest in inputs.files.items():
        within = members.get(inside.CHECKOUT + path)
        if within is not None and manifest.sha256(within) != digest:
            raise AlteredError(inside.CHECKOUT + path, f"it is another one than the gate {gate} followed from")
    return evidence
