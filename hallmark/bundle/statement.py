"""The statement of a bundle: an in-toto Statement about every file, in a DSSE envelope, signed or not.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md,
https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md,
https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
"""

from collections.abc import Mapping
from typing import Any

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import Error
from securesystemslib.signer import CryptoSigner, SSlibKey

from hallmark.bundle import documents, manifest
from hallmark.bundle.altered import AlteredError
from hallmark.bundle.documents import Json

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
PAYLOAD = "application/vnd.in-toto+json"
# The list of the predicate that a control's verdict belongs to.
_LISTS = {"proved": "passedTests", "waived": "warnedTests", "needs-aws": "warnedTests"}


def statement(about: Json, manifest_sha256: str, reports: Mapping[str, Json]) -> Json:
    """Return the statement: the files of the manifest and itself, and what came of each control."""
    digests = {name: row["sha256"] for name, row in about["files"].items()} | {manifest.NAME: manifest_sha256}
    lists: dict[str, list[str]] = {"passedTests": [], "warnedTests": [], "failedTests": []}
    for system in sorted(reports):
        for control in reports[system]["controls"]:
            lists[_LISTS.get(control["verdict"], "failedTests")].append(control["id"])
    failed = any(outcome != "passed" for outcome in about["outcomes"].values())
    catalogues = [_resource(name, digest) for name, digest in sorted(digests.items()) if _configures(name)]
    return {
        "_type": TYPE,
        "subject": [_resource(name, digest) for name, digest in sorted(digests.items())],
        "predicateType": PREDICATE,
        "predicate": {"result": "FAILED" if failed else "PASSED", "configuration": catalogues, **lists},
    }


def _resource(name: str, digest: str) -> Json:
    return {"name": name, "digest": {"sha256": digest}}


def _configures(name: str) -> bool:
    return name.startswith(("checkout/policies/controls/", "checkout/policies/faults/", "checkout/policies/waivers"))


def enveloped(stated: Json, signer: CryptoSigner | None) -> bytes:
    """Return the envelope of a statement as a file, signed if there is a signer."""
    envelope = Envelope(documents.compact(stated), PAYLOAD, {})
    if signer:
        envelope.sign(signer)
    return documents.written(envelope.to_dict())


def opened(text: bytes | memoryview) -> Envelope:
    """Return the envelope in a file; AlteredError for another spelling or type."""
    data = documents.read(manifest.STATEMENT, text)
    try:
        envelope = Envelope.from_dict(data)
        again = documents.written(envelope.to_dict())
    except (Error, KeyError, TypeError, ValueError, AttributeError):
        raise AlteredError(manifest.STATEMENT, "it is no DSSE envelope any more") from None
    if again != bytes(text) or envelope.payload_type != PAYLOAD:
        raise AlteredError(manifest.STATEMENT, "it is not written as it was made")
    return envelope


def check_subjects(envelope: Envelope, about: Json, manifest_sha256: str) -> None:
    """Compare the statement's files with the manifest's; AlteredError names the first that differs."""
    then = _digests(documents.parsed(manifest.STATEMENT, envelope.payload))
    now = {one["name"]: one["digest"] for one in statement(about, manifest_sha256, {})["subject"]}
    # The manifest differs with any of the files: it is named if it alone does.
    for name in sorted({*then, *now}, key=lambda one: (one == manifest.NAME, one)):
        if then.get(name) != now.get(name):
            how = "it does not have it" if name not in then else "it has another digest of it"
            raise AlteredError(name, f"the statement is about other files: {how}")


def check(envelope: Envelope, wanted: Json) -> None:
    """Compare all of the statement with what follows from manifest and reports."""
    if envelope.payload != documents.compact(wanted):
        raise AlteredError(manifest.STATEMENT, "it states something else than follows from manifest and reports")


def _digests(stated: Json) -> dict[str, Any]:
    try:
        return {one["name"]: one["digest"] for one in stated["subject"]}
    except (KeyError, TypeError):
        raise AlteredError(manifest.STATEMENT, "it has no subjects any more") from None


def check_signatures(envelope: Envelope, said: Mapping[str, Any]) -> None:
    """Compare the signatures with what the manifest says of them."""
    keyids = [*envelope.signatures]
    wanted = [said["keyid"]] if "keyid" in said else []
    if keyids != wanted:
        how = "its signature was removed" if not keyids else "it has another signature than the manifest says"
        raise AlteredError(manifest.STATEMENT, how)
    if said != manifest.signature(*(said.get(name) for name in ("keyid", "scheme"))):
        raise AlteredError(manifest.NAME, "it says something else of the signature than is so")


def check_by(key: SSlibKey, envelope: Envelope, said: Mapping[str, Any], named: str) -> None:
    """Verify the signature by a key; `named` is the key's file."""
    if "keyid" not in said:
        raise AlteredError(manifest.STATEMENT, "it is unsigned, so no key can verify it", "not verified")
    if key.keyid != said["keyid"]:
        how = f"it is signed with the key {said['keyid']}, not with that of {named}, {key.keyid}"
        raise AlteredError(manifest.STATEMENT, how, "not verified")
    if key.scheme != said["scheme"]:
        raise AlteredError(manifest.NAME, f"it says {said['scheme']} of a key of {key.scheme}")
    try:
        envelope.verify([key], 1)
    except Error:
        raise AlteredError(manifest.STATEMENT, "its signature is not that of its content by this key") from None
