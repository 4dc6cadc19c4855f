"""A small bundle, unsigned and signed."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, SSlibKey

from hallmark.evidence import Finding
from tests.support.bundles import Made, make


@pytest.fixture(scope="session")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Made]:
    """Make bundles of which the tests choose the findings, by controls."""

    def made(**findings: tuple[Finding, ...]) -> Made:
        return make(tmp_path_factory.mktemp("checkout"), findings)

    return made


@pytest.fixture(scope="session")
def made(maker: Callable[..., Made]) -> Made:
    return maker()


@pytest.fixture(scope="session")
def data(made: Made) -> bytes:
    """The bytes of an unsigned bundle."""
    return made.zip()


@pytest.fixture(scope="session")
def signer() -> CryptoSigner:
    key = Ed25519PrivateKey.generate()
    return CryptoSigner(key, SSlibKey.from_crypto(key.public_key(), keyid="c" * 64))


@pytest.fixture(scope="session")
def signed(made: Made, signer: CryptoSigner) -> bytes:
    return made.zip(signer)
