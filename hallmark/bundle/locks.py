"""What the locks pin: packages of PyPI and npm, and the images that Dockerfiles begin with. Standard library only."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

_PYTHON = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)((?:.*\\\n)*.*)", re.MULTILINE)
_SHA256 = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_FROM = re.compile(
    r"^FROM\s+(?:--platform=\S+\s+)?(\S+?)(?::([\w.-]+))?(?:@(sha256:[0-9a-f]{64}))?(?:\s+AS\s+\S+)?\s*$", re.M
)


@dataclass(frozen=True)
class Pin:
    """A package of one version: its package URL, its digests as `algorithm:hexadecimal`, the files that name it.

    A package of PyPI has a digest for each of its distributions. `licence` is what an npm lock says.
    https://github.com/package-url/purl-spec
    """

    purl: str
    name: str
    version: str
    hashes: tuple[str, ...] = ()
    licence: str = ""
    locks: tuple[str, ...] = ()


def pins(texts: Mapping[str, str]) -> list[Pin]:
    """Return what lock files and Dockerfiles name, each version once, by the files' paths; ValueError for a bad one."""
    found: dict[str, Pin] = {}
    for path, text in sorted(texts.items()):
        for pin in _of(path, text):
            same = found.get(pin.purl, pin)
            locks = tuple(dict.fromkeys((*same.locks, path)))
            found[pin.purl] = replace(same, hashes=tuple(sorted({*same.hashes, *pin.hashes})), locks=locks)
    return [found[purl] for purl in sorted(found)]


def is_lock(path: str) -> bool:
    """Return whether a file of the checkout names packages."""
    ends = path.rpartition("/")[2]
    python = ends.endswith(".txt") and (path.startswith("requirements/") or ends == "requirements.txt")
    return path == "package-lock.json" or ends == "Dockerfile" or python


def _of(path: str, text: str) -> Iterable[Pin]:
    if path == "package-lock.json":
        return _npm(text)
    return _images(text) if path.endswith("Dockerfile") else _pypi(text)


def _pypi(text: str) -> Iterator[Pin]:
    for name, version, rest in _PYTHON.findall(text):
        normal = re.sub(r"[-_.]+", "-", name).lower()
        hashes = tuple(f"sha256:{one}" for one in _SHA256.findall(rest))
        yield Pin(f"pkg:pypi/{normal}@{quote(version, safe='')}", name, version, hashes)


def _npm(text: str) -> Iterator[Pin]:
    for path, package in json.loads(text)["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if not name or "version" not in package:
            continue
        version = package["version"]
        purl = f"pkg:npm/{quote(name)}@{quote(version, safe='')}"
        yield Pin(purl, name, version, tuple(_integrity(package)), str(package.get("license", "")))


def _integrity(package: Mapping[str, str]) -> Iterator[str]:
    """Yield the digests of Subresource Integrity. https://www.w3.org/TR/SRI/"""
    for one in package.get("integrity", "").split():
        algorithm, _, digest = one.partition("-")
        try:
            yield f"{algorithm}:{base64.b64decode(digest, validate=True).hex()}"
        except binascii.Error:
            raise ValueError(f"{one!r} is no digest") from None


def _images(text: str) -> Iterator[Pin]:
    for image, tag, digest in _FROM.findall(text):
        registry, _, name = image.rpartition("/")
        version = digest or tag or "latest"
        purl = f"pkg:docker/{quote(name)}@{quote(version, safe='')}"
        yield Pin(f"{purl}?repository_url={quote(registry)}" if registry else purl, image, version)
