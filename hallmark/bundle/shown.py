"""What `hallmark bundle` and `hallmark verify` print: lines for people, and JSON."""

from collections.abc import Iterable, Iterator

from hallmark.bundle import difference as differences
from hallmark.bundle import manifest
from hallmark.bundle.documents import Json
from hallmark.bundle.verification import Verified
from hallmark.report.standing import counted
from hallmark.report.summary import show

# What was done beyond digests, by whether the policies of this package are those that judged.
JUDGED = {
    True: "verdicts joined again from the evidence inside; templates judged again",
    False: "verdicts joined again from the evidence inside; templates not judged: this package has other policies",
}


def lines(name: str, found: Verified) -> Iterator[str]:
    """Yield what a bundle is: intact, signed or not, of which revision, with which verdicts."""
    about = found.about
    yield f"{name}: intact, {len(about['files']) + 2} files"
    yield f"  SHA-256 {found.sha256}"
    yield f"  {signature(found)}"
    yield f"  made {about['made']}, revision {about['revision']}"
    if about["uncommitted"]:
        yield f"  with uncommitted changes, {about['uncommitted']}"
    yield f"  {JUDGED[found.is_judged]}"
    for system, report in found.reports.items():
        yield f"  {system}: {report.outcome}; {report.scope}: {counted(report.standings)}"


def signature(found: Verified) -> str:
    """Return what is known of a bundle's signature, in a sentence."""
    if found.keyid is None:
        return manifest.UNSIGNED
    scheme = found.about["signature"]["scheme"]
    how = "and verified with it" if found.is_checked else "not verified: name its public key with --key"
    return f"signed with the key {found.keyid} ({scheme}), {how}"


def state(found: Verified) -> Json:
    """Return the same for programs."""
    signed = "none" if found.keyid is None else "verified" if found.is_checked else "not verified"
    return {
        "intact": True,
        "sha256": found.sha256,
        "judged_again": found.is_judged,
        "signature": {"state": signed, "keyid": found.keyid},
        **{name: found.about[name] for name in ("made", "revision", "uncommitted", "judge")},
        "systems": {
            system: {"outcome": report.outcome, "counts": report.counts, "proved_on": report.proved_on}
            for system, report in found.reports.items()
        },
    }


def printed(said: Iterable[str]) -> None:
    """Print lines, in a terminal broken between words, without what a bundle could tell a terminal to do."""
    show("".join(letter if letter.isprintable() else "?" for letter in line) for line in said)


def show_difference(found: Json) -> None:
    """Print a difference, broken between words in a terminal."""
    printed(differences.lines(found))
