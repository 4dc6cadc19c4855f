"""Keys: PEM files with Ed25519, ECDSA P-256 or RSA; named by the user, never made here.

A key's id is the SHA-256 of its public half, as `openssl pkey -pubout -outform DER | sha256sum` prints it.
"""

import hashlib
import os
import sys
from getpass import getpass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey

from infra.errors import UserError

PASSPHRASE = "HALLMARK_KEY_PASSPHRASE"
KINDS = "Ed25519, ECDSA P-256 or RSA of 2048 bits at least"
# A key or a certificate with its chain has some kilobytes.
_LARGEST = 1 << 20


def signer(path: Path) -> CryptoSigner:
    """Return the signer of a private key's file; UserError, in one line, for what cannot sign."""
    text = _text(path)
    if b"PRIVATE KEY-----" not in text:
        other = "a public key or a certificate" if b"-----BEGIN" in text else "no PEM file"
        raise UserError(f"{path} is {other}: name the private key in a PEM file")
    if b"OPENSSH PRIVATE KEY" in text:
        raise UserError(f"{path} is a key in OpenSSH's own format: `ssh-keygen -p -m pkcs8 -f FILE` converts a copy")
    try:
        key = _private(text, None)
    except TypeError:
        key = _encrypted(path, text)
    except (ValueError, UnsupportedAlgorithm):
        raise UserError(f"{path} holds no private key that can be read: name one of {KINDS}") from None
    return CryptoSigner(key, _named(path, key.public_key()))


def _private(text: bytes, passphrase: bytes | None) -> Any:
    return load_pem_private_key(text, passphrase)


def _encrypted(path: Path, text: bytes) -> Any:
    passphrase = os.environ.get(PASSPHRASE)
    if passphrase is None and sys.stdin.isatty():
        try:
            passphrase = getpass(f"passphrase of {path}: ", stream=sys.stderr)
        except EOFError:
            passphrase = None
    if not passphrase:
        raise UserError(f"{path} is encrypted: set {PASSPHRASE}, or type its passphrase in a terminal")
    try:
        return _private(text, passphrase.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise UserError(f"{path} cannot be read with this passphrase: see {PASSPHRASE}") from None


def public(path: Path) -> SSlibKey:
    """Return the key of a public key's or a certificate's file; UserError, in one line, for another file.

    A certificate only carries the key: neither its dates nor its issuer are checked.
    """
    text = _text(path)
    if b"PRIVATE KEY-----" in text:
        raise UserError(f"{path} is a private key: verify with its public key: `openssl pkey -in KEY.pem -pubout`")
    try:
        if b"-----BEGIN CERTIFICATE-----" in text:
            return _named(path, x509.load_pem_x509_certificate(text).public_key())
        return _named(path, load_pem_public_key(text))
    except (ValueError, UnsupportedAlgorithm):
        raise UserError(f"{path} holds no public key or certificate in PEM: name one of {KINDS}") from None


def _named(path: Path, key: Any) -> SSlibKey:
    fits = (
        isinstance(key, Ed25519PublicKey)
        or (isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1))
        or (isinstance(key, RSAPublicKey) and key.key_size >= 2048)
    )
    if not fits:
        raise UserError(f"{path} holds a key of another kind: name one of {KINDS}")
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return SSlibKey.from_crypto(key, keyid=hashlib.sha256(der).hexdigest())


def _text(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise UserError(f"{path} is too large for a key: name a PEM file")
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}: name a key in a PEM file") from None
