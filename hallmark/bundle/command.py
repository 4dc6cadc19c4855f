"""`hallmark bundle`: joins the evidence again, and writes report, export and evidence into one zip."""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from securesystemslib.signer import CryptoSigner

from hallmark import evidence
from hallmark.build import require_current
from hallmark.bundle import container, content, documents, inside, keys, manifest, sbom, shown, statement
from hallmark.bundle.altered import AlteredError
from hallmark.bundle.difference import Side, difference
from hallmark.bundle.documents import Json
from hallmark.bundle.forms import locks_in
from hallmark.bundle.judge import judge
from hallmark.bundle.verification import load, verify
from hallmark.export.oscal import writing
from hallmark.report.command import joined
from hallmark.report.model import Report
from infra.dated_lists import refuse_overdue
from infra.errors import UserError


def bundle_command(output: Path, key: Path | None = None, since: Path | None = None) -> int:
    """Write the bundle; 0 also where controls failed, for it says so. UserError for evidence that does not count."""
    signer = keys.signer(key) if key else None
    earlier = _earlier(since) if since else None
    if output.is_dir():
        raise UserError(f"{output} is a folder: name the zip in it")
    refuse_overdue()
    require_current()
    moment = content.moment()
    reports, templates = joined(moment)
    content.refuse(reports)
    data = sealed(content.gathered(reports, templates), reports, moment, signer, earlier)
    try:
        made = verify(data, signer.public_key if signer else None, str(key))
    except AlteredError as error:
        raise UserError(f"the bundle would not be verified: {error}: run `tox` again") from None
    _write(output, data)
    shown.printed(shown.lines(str(output), made))
    if earlier:
        shown.show_difference(difference(earlier, Side(made.sha256, made.about, made.documents)))
    if not writing.is_possible():
        print(f"hallmark: {writing.MISSING}", file=sys.stderr)
    return 0


def sealed(
    members: Mapping[str, bytes],
    reports: Mapping[str, Report],
    moment: datetime,
    signer: CryptoSigner | None = None,
    earlier: Side | None = None,
) -> bytes:
    """Return the zip of gathered members with SBOM, difference, manifest and statement; UserError for unfit names."""
    said = {name: json.loads(members[inside.report_of(name)]) for name in reports}
    whole = {**members, inside.SBOM: sbom.render(locks_in(members), moment)}
    about = _about(members, reports, moment, signer)
    if earlier:
        whole[inside.DIFFERENCE] = documents.written(difference(earlier, Side("", about, said)))
    about["files"] = manifest.rows(whole)
    whole[manifest.NAME] = documents.written(about)
    stated = statement.statement(about, manifest.sha256(whole[manifest.NAME]), said)
    whole[manifest.STATEMENT] = statement.enveloped(stated, signer)
    try:
        return container.write(whole)
    except ValueError as error:
        raise UserError(f"the bundle cannot be written: {error}") from None


def _about(
    members: Mapping[str, bytes], reports: Mapping[str, Report], moment: datetime, signer: CryptoSigner | None
) -> Json:
    run = next(iter(reports.values())).run
    commit, _, changes = run.commit.partition(" dirty:")
    return {
        "format": manifest.FORMAT,
        "made": evidence.written(moment),
        "revision": commit,
        "uncommitted": changes or None,
        "systems": sorted(reports),
        "outcomes": {name: report.outcome for name, report in reports.items()},
        "evidence": run.manifest,
        "judge": judge(),
        "tools": {
            gate.name if gate.name in _of_the_house(members) else f"{name}/{gate.name}": dict(gate.versions)
            for name, report in reports.items()
            for gate in report.gates
            if gate.versions
        },
        "policies": _policies(members),
        "signature": manifest.signature(signer.public_key.keyid, signer.public_key.scheme)
        if signer
        else manifest.signature(None, None),
        "files": {},
    }


def _of_the_house(members: Mapping[str, bytes]) -> set[str]:
    names = (name.removeprefix(inside.EVIDENCE) for name in members if name.startswith(inside.EVIDENCE))
    return {name.removesuffix(".json") for name in names if "/" not in name}


def _policies(members: Mapping[str, bytes]) -> dict[str, str]:
    """Return the digests of what judged, from the listings of the gates' inputs, by its path in the checkout."""
    listings = (str(text, "utf-8") for name, text in members.items() if name.endswith(".inputs"))
    rows = (line.split("  ", 1) for text in listings for line in text.splitlines())
    return {path: digest for digest, path in rows if path.startswith("policies/")}


def _earlier(path: Path) -> Side:
    try:
        found = verify(load(path))
    except AlteredError as error:
        raise UserError(f"{path} is altered: {error}: name an earlier bundle as it was made") from None
    return Side(found.sha256, found.about, found.documents)


def _write(output: Path, data: bytes) -> None:
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        part = output.with_suffix(f"{output.suffix}.part")
        part.write_bytes(data)
        part.replace(output)
    except OSError as error:
        raise UserError(f"{output}: cannot be written: {error.strerror}: name another file with --output") from None
