"""A bundle that was edited with all its digests is found out by what follows from what."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, SSlibKey

from hallmark.bundle import container, documents, inside, manifest, statement
from hallmark.bundle.altered import AlteredError
from hallmark.bundle.verification import load, verify
from infra.errors import UserError
from tests.support.bundles import TEMPLATE, Made, members_of, resealed

REPORT = inside.report_of("realtime")
CSV = f"{inside.EXPORT}realtime/findings.csv"
GATE = f"{inside.EVIDENCE}realtime/policies.json"


def _first(data: bytes, key: SSlibKey | None = None) -> AlteredError:
    with pytest.raises(AlteredError) as refused:
        verify(data, key, "key.pem")
    return refused.value


def test_intact(data: bytes, made: Made) -> None:
    found = verify(data)
    assert (found.keyid, found.is_checked, found.is_judged) == (None, False, False)
    assert found.about["uncommitted"] == "b" * 64
    assert {name: report.counts for name, report in found.reports.items()} == {
        "realtime": {"failed": 1, "unproven": 1, "needs-aws": 0, "waived": 1, "proved": 1}
    }
    assert made.zip() == data


def _replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    def edit(text: bytes) -> bytes:
        assert old.encode() in text, old
        return text.replace(old.encode(), new.encode(), 1)

    return edit


def _proved(text: bytes) -> bytes:
    document = json.loads(text)
    control = next(one for one in document["controls"] if one["id"] == "RT_FAILED")
    control["verdict"] = "proved"
    return json.dumps(document).encode()


def _uncounted(text: bytes) -> bytes:
    document = json.loads(text)
    document["systems"][0]["counts"]["failed"] = 0
    return json.dumps(document).encode()


def _asked_less(text: bytes) -> bytes:
    document = json.loads(text)
    document["controls"].pop()
    return documents.written(document)


def _component_less(text: bytes) -> bytes:
    document = json.loads(text)
    document["components"].pop()
    return json.dumps(document).encode()


def _without_finding(text: bytes) -> bytes:
    document = json.loads(text)
    for one in document["proofs"]:
        one.update(outcome="passed", findings=[])
    return json.dumps({**document, "outcome": "passed"}).encode()


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        (REPORT, _proved),
        (REPORT, _replaced('"found": "nothing"', '"found": "something"')),
        (REPORT, _replaced('"a retry policy"', '"a retry police"')),
        (f"{inside.REPORT}summary.json", _uncounted),
        (CSV, _replaced('"failed"', '"passed"')),
        (f"{inside.EXPORT}realtime/asff.json", _replaced('"FAILED"', '"PASSED"')),
        (f"{inside.EXPORT}realtime/oscal/assessment-results.json", _replaced('"not-satisfied"', '"satisfied"')),
        (inside.SBOM, _component_less),
        (inside.SBOM, _replaced('"specVersion": "1.6"', '"specVersion": "1.5"')),
        (inside.controls_of("realtime"), _asked_less),
        (inside.EVIDENCE_MANIFEST, lambda text: text + b" "),
        (GATE, _without_finding),
        (inside.CHECKOUT + TEMPLATE, _replaced("AWS::Events::Rule", "AWS::SQS::Queue")),
        (f"{inside.CHECKOUT}policies/controls/realtime.yaml", _replaced("requirements: 5", "requirements: 4")),
        (f"{inside.CHECKOUT}{inside.WAIVERS}", _replaced("2027-01-31", "2027-02-28")),
    ],
)
@pytest.mark.parametrize("how", ["content", "manifest", "all"])
def test_an_edit(data: bytes, name: str, edit: Callable[[bytes], bytes], how: str) -> None:
    """Of a member alone, with the manifest's digests, and with the statement that is made of them."""
    members = members_of(data)
    members[name] = edit(members[name])
    written = container.write(members) if how == "content" else resealed(members, stated=how == "all")
    found = _first(written)
    # A report follows from the catalogue and the waivers, which no digest but the manifest's has.
    followed = {f"{inside.CHECKOUT}policies/controls/realtime.yaml", f"{inside.CHECKOUT}{inside.WAIVERS}"}
    assert found.name == name or (how == "all" and name in followed and found.name in {REPORT, name})


def test_evidence_that_is_edited_with_its_own_manifest_contradicts_the_report(data: bytes) -> None:
    members = members_of(data)
    members[GATE] = _without_finding(members[GATE])
    rows = json.loads(members[inside.EVIDENCE_MANIFEST])
    next(row for row in rows["files"] if row["path"].endswith("policies.json"))["sha256"] = manifest.sha256(
        members[GATE]
    )
    members[inside.EVIDENCE_MANIFEST] = json.dumps(rows, indent=0).encode()
    about = json.loads(members[manifest.NAME])
    about["evidence"] = manifest.sha256(members[inside.EVIDENCE_MANIFEST])
    members[manifest.NAME] = documents.written(about)
    found = _first(resealed(members))
    assert found.name == REPORT
    assert "does not follow" in found.how


@pytest.mark.parametrize("key", [*manifest.KEYS, "more"])
def test_every_key_of_the_manifest_is_stated(signed: bytes, key: str) -> None:
    members = members_of(signed)
    about = json.loads(members[manifest.NAME])
    for other in ({name: value for name, value in about.items() if name != key}, {**about, key: "2026"}):
        members[manifest.NAME] = documents.written(other)
        if members[manifest.NAME] != documents.written(about):
            _first(container.write(members))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("systems", one) for one in ([], ["realtime", "screening"], [{}])],
        *[("outcomes", one) for one in ({}, {"realtime": "passed"}, {"realtime": None})],
        *[
            ("tools", {"lint": 1}),
            ("judge", {"more": "1"}),
            ("made", "soon"),
            ("evidence", "0"),
            ("revision", "c" * 40),
        ],
        *[("signature", {"keyid": "c" * 64}), ("signature", {}), ("uncommitted", None)],
        ("kept", {"realtime/policies": "2026-11-22T00:00:00Z"}),
    ],
)
def test_a_manifest_that_is_stated_anew(data: bytes, key: str, value: object) -> None:
    """What it says of all is compared with the reports and the evidence."""
    members = members_of(data)
    about = json.loads(members[manifest.NAME])
    about[key] = value
    said = {"realtime": json.loads(members[REPORT])}
    if key == "signature":
        members[manifest.NAME] = documents.written(about)
        assert _first(container.write(members)).name in (manifest.NAME, manifest.STATEMENT)
        return
    members[manifest.NAME] = documents.written(about)
    stated = statement.statement(about, manifest.sha256(members[manifest.NAME]), said)
    members[manifest.STATEMENT] = statement.enveloped(stated, None)
    assert _first(container.write(members)).name in (manifest.NAME, REPORT, inside.EVIDENCE_MANIFEST)


def test_spellings(data: bytes) -> None:
    for name in (manifest.NAME, manifest.STATEMENT):
        members = members_of(data)
        members[name] = json.dumps(json.loads(members[name])).encode()
        assert _first(container.write(members)).name == name
        members[name] = b"[" * 100_000
        assert _first(container.write(members)).name == name


def test_signed(signed: bytes, made: Made, signer: CryptoSigner) -> None:
    found = verify(signed, signer.public_key)
    assert (found.keyid, found.is_checked) == ("c" * 64, True)
    assert not verify(signed).is_checked
    assert made.zip(signer) == signed


def test_signatures(signed: bytes, data: bytes, signer: CryptoSigner) -> None:
    other = Ed25519PrivateKey.generate()
    another = CryptoSigner(other, SSlibKey.from_crypto(other.public_key(), keyid="d" * 64))
    public = signer.public_key
    assert (_first(data, public).verdict, _first(data, public).name) == ("not verified", manifest.STATEMENT)
    assert "key.pem" in _first(signed, another.public_key).how
    members = members_of(signed)
    envelope = statement.opened(members[manifest.STATEMENT])
    envelope.signatures.clear()
    members[manifest.STATEMENT] = documents.written(envelope.to_dict())
    assert "removed" in _first(container.write(members)).how
    envelope.sign(another)
    members[manifest.STATEMENT] = documents.written(envelope.to_dict())
    assert _first(container.write(members), public).verdict == "altered"
    # The other's signature under the name of the key.
    faked = CryptoSigner(other, SSlibKey.from_crypto(other.public_key(), keyid="c" * 64))
    envelope.signatures.clear()
    envelope.sign(faked)
    members[manifest.STATEMENT] = documents.written(envelope.to_dict())
    assert verify(container.write(members)).keyid == "c" * 64
    found = _first(container.write(members), public)
    assert (found.name, found.verdict) == (manifest.STATEMENT, "altered")


def test_a_signed_bundle_that_is_made_anew_is_not_verified(signed: bytes, signer: CryptoSigner) -> None:
    members = members_of(signed)
    members[REPORT] = members[REPORT].replace(b'"format"', b'"format" ', 1)
    anew = resealed(members)
    assert verify(anew).keyid is None
    assert _first(anew, signer.public_key).verdict == "not verified"
    assert _first(resealed(members, stated=False), signer.public_key).name == REPORT


def test_what_is_no_bundle(tmp_path: Path, data: bytes) -> None:
    other = tmp_path / "other.zip"
    other.write_bytes(container.write({"a": b"x"}))
    for path in (other, tmp_path, tmp_path / "gone.zip"):
        with pytest.raises(UserError) as refused:
            load(path)
        assert "\n" not in str(refused.value)
    other.write_bytes(data)
    assert load(other) == data
