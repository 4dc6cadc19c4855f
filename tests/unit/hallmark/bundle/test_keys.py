"""Keys of three kinds sign and verify; what cannot is refused in one line."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from hallmark.bundle import keys
from hallmark.bundle.altered import AlteredError
from hallmark.bundle.verification import verify
from infra.errors import UserError
from tests.support.bundles import Made

KINDS: dict[str, Callable[[], Any]] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ecdsa-sha2-nistp256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "rsassa-pss-sha256": lambda: rsa.generate_private_key(65537, 2048),
}
OTHERS: dict[str, Callable[[], Any]] = {
    "another curve": lambda: ec.generate_private_key(ec.SECP384R1()),
    "a key that agrees": x25519.X25519PrivateKey.generate,
    "a short one": lambda: rsa.generate_private_key(65537, 1024),
}


def _private(
    key: Any, encryption: KeySerializationEncryption | None = None, form: PrivateFormat | None = None
) -> bytes:
    wanted = form or PrivateFormat.PKCS8
    return bytes(key.private_bytes(Encoding.PEM, wanted, encryption or NoEncryption()))


def _public(key: Any) -> bytes:
    return bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _file(folder: Path, name: str, text: bytes) -> Path:
    path = folder / name
    path.write_bytes(text)
    return path


def _certificate(key: Any) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "audit")])
    day = datetime(2026, 1, 1, tzinfo=UTC)
    about = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day + timedelta(1))
    return about.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()).public_bytes(Encoding.PEM)


@pytest.mark.parametrize("scheme", KINDS)
def test_a_key_signs_and_its_public_half_or_certificate_verifies(tmp_path: Path, made: Made, scheme: str) -> None:
    key = KINDS[scheme]()
    signer = keys.signer(_file(tmp_path, "key.pem", _private(key)))
    data = made.zip(signer)
    for name, text in {"public.pem": _public(key), "certificate.pem": _certificate(key)}.items():
        found = verify(data, keys.public(_file(tmp_path, name, text)))
        assert found.is_checked
        assert found.about["signature"] == {"keyid": signer.public_key.keyid, "scheme": scheme}
    other = keys.public(_file(tmp_path, "other.pem", _public(KINDS[scheme]())))
    with pytest.raises(AlteredError, match="not with that of"):
        verify(data, other)


def test_a_key_in_the_older_form(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    path = _file(tmp_path, "key.pem", _private(key, form=PrivateFormat.TraditionalOpenSSL))
    assert keys.signer(path).public_key.keyid == keys.public(_file(tmp_path, "public.pem", _public(key))).keyid


def test_an_encrypted_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _file(tmp_path, "key.pem", _private(KINDS["ed25519"](), BestAvailableEncryption(b"open")))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.delenv(keys.PASSPHRASE, raising=False)
    with pytest.raises(UserError, match=f"set {keys.PASSPHRASE}"):
        keys.signer(path)
    monkeypatch.setenv(keys.PASSPHRASE, "wrong")
    with pytest.raises(UserError, match="with this passphrase"):
        keys.signer(path)
    monkeypatch.setenv(keys.PASSPHRASE, "open")
    assert keys.signer(path).public_key.scheme == "ed25519"


def test_a_passphrase_is_asked_for_in_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _file(tmp_path, "key.pem", _private(KINDS["ed25519"](), BestAvailableEncryption(b"open")))
    monkeypatch.delenv(keys.PASSPHRASE, raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(keys, "getpass", lambda *_, **__: "open")
    assert keys.signer(path).public_key.scheme == "ed25519"


@pytest.mark.parametrize("kind", OTHERS)
def test_keys_of_other_kinds(tmp_path: Path, kind: str) -> None:
    key = OTHERS[kind]()
    _refused(keys.signer, _file(tmp_path, "key.pem", _private(key)), "another kind")
    _refused(keys.public, _file(tmp_path, "public.pem", _public(key)), "another kind")


def _refused(read: Callable[[Path], object], path: Path, why: str) -> None:
    with pytest.raises(UserError, match=why) as refused:
        read(path)
    assert "\n" not in str(refused.value)


def test_what_is_no_key(tmp_path: Path) -> None:
    key = KINDS["ed25519"]()
    private, public = _file(tmp_path, "key.pem", _private(key)), _file(tmp_path, "public.pem", _public(key))
    _refused(keys.signer, public, "name the private key")
    _refused(keys.public, private, "is a private key")
    broken = _private(key).replace(b"\nM", b"\n!", 1)
    _refused(keys.signer, _file(tmp_path, "broken.pem", broken), "can be read")
    _refused(keys.public, _file(tmp_path, "broken.pub", _public(key)[:40]), "no public key or certificate")
    for read in (keys.signer, keys.public):
        _refused(read, _file(tmp_path, "text", b"hello"), "PEM")
        _refused(read, _file(tmp_path, "empty", b""), "PEM")
        _refused(read, tmp_path / "gone.pem", "cannot be read")
        _refused(read, tmp_path, "cannot be read")
        _refused(read, _file(tmp_path, "large", bytes(1 << 21)), "too large")
    ssh = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    _refused(keys.signer, _file(tmp_path, "ssh", ssh), "ssh-keygen")
