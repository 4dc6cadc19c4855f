"""The verification of a bundle: from its bytes to its verdicts, the first thing that is not so ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from securesystemslib.signer import SSlibKey

from hallmark.bundle import again, container, evidence, forms, inside, manifest, statement
from hallmark.bundle.documents import Json, parsed
from hallmark.report.model import Report
from infra.errors import UserError

# Names that only a bundle has: one that lost some of them is an altered one.
_MARKS = (manifest.STATEMENT.encode(), inside.SBOM.encode(), inside.EVIDENCE_MANIFEST.encode())


@dataclass(frozen=True)
class Verified:
    """A bundle that is as it was made: its digest, its manifest, its reports, and what is known of its signature.

    `documents` are the reports as they stand in it. `is_checked` says whether a key has verified the signature,
    `is_judged` whether the policies judged the templates in it again, which takes those that judged.
    """

    sha256: str
    about: Json
    reports: Mapping[str, Report]
    documents: Mapping[str, Json]
    is_checked: bool
    is_judged: bool

    @property
    def keyid(self) -> str | None:
        """The id of the key that signed it; None of an unsigned bundle."""
        found: str | None = self.about["signature"].get("keyid")
        return found


def load(path: Path) -> bytes:
    """Return the bytes of a bundle's file; UserError for one that cannot be read or is no bundle."""
    try:
        if not path.is_file():
            raise UserError(f"{path} is {'no file' if path.exists() else 'not there'}: name a bundle's zip")
        if path.stat().st_size > container.LARGEST + (container.LARGEST >> 3):
            raise UserError(f"{path} is no bundle: it is larger than any")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}: name a bundle's zip") from None
    if not any(mark in data for mark in _MARKS):
        raise UserError(f"{path} is no bundle of hallmark: `hallmark bundle` makes one")
    return data


def verify(data: bytes, key: SSlibKey | None = None, named: str = "") -> Verified:
    """Check a bundle's bytes; AlteredError for the first thing that is not as it was made.

    `key` must have signed it, if there is one; `named` is what to call it.
    """
    members = container.read(data)
    about = manifest.check(members)
    envelope = statement.opened(members[manifest.STATEMENT])
    statement.check_signatures(envelope, about["signature"])
    if key:
        statement.check_by(key, envelope, about["signature"], named)
    digest = manifest.sha256(members[manifest.NAME])
    statement.check_subjects(envelope, about, digest)
    found = evidence.check(members, about)
    reports, is_judged = again.check(members, about, found)
    documents = {system: parsed(name, members[name]) for system in reports for name in [inside.report_of(system)]}
    statement.check(envelope, statement.statement(about, digest, documents))
    forms.check(members, reports)
    return Verified(manifest.sha256(data), about, reports, documents, key is not None, is_judged)
