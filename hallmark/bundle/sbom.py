"""sbom.cdx.json: the packages that the locks of the project, its functions and images name, as CycloneDX 1.6.

https://cyclonedx.org/docs/1.6/json/
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import metadata
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from hallmark import __version__
from hallmark.bundle.locks import Pin, pins

_ALGORITHMS = {"sha256": HashAlgorithm.SHA_256, "sha512": HashAlgorithm.SHA_512, "sha1": HashAlgorithm.SHA_1}
_ALGORITHMS |= {"sha384": HashAlgorithm.SHA_384}


def render(locks: Mapping[str, str], made: datetime) -> bytes:
    """Return the SBOM of lock files and Dockerfiles, by their paths; its serial number follows from them."""
    digest = hashlib.sha256("\0".join(f"{path}\0{text}" for path, text in sorted(locks.items())).encode()).hexdigest()
    components = [_component(pin) for pin in pins(locks)]
    whole = Component(
        name="hallmark",
        version=__version__,
        type=ComponentType.APPLICATION,
        bom_ref="hallmark",
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )
    bom = Bom(
        components=components,
        serial_number=uuid5(NAMESPACE_URL, f"{digest}/{made.isoformat()}"),
        metadata=BomMetaData(timestamp=made, component=whole),
    )
    # The locks list what packages need beside what is asked for: all are the whole's.
    bom.register_dependency(whole, components)
    return (str(JsonV1Dot6(bom).output_as_string(indent=1)) + "\n").encode()


def _component(pin: Pin) -> Component:
    purl = PackageURL.from_string(pin.purl)
    return Component(
        name=pin.name,
        version=pin.version,
        type=ComponentType.CONTAINER if purl.type == "docker" else ComponentType.LIBRARY,
        bom_ref=pin.purl,
        purl=purl,
        hashes=[HashType(alg=_ALGORITHMS[one.partition(":")[0]], content=one.partition(":")[2]) for one in pin.hashes],
        licenses=[*_licences(pin, purl.type)],
        properties=[Property(name="hallmark:lock", value=path) for path in pin.locks],
    )


def _licences(pin: Pin, kind: str) -> Iterator[License]:
    """Yield the licence where it is known: an npm lock says it, and an installed package of the same version."""
    said = pin.licence or (_installed(pin) if kind == "pypi" else "")
    if said:
        yield LicenseFactory().make_from_string(said)


def _installed(pin: Pin) -> str:
    try:
        found = metadata.metadata(pin.name)
    except metadata.PackageNotFoundError:
        return ""
    if found["Version"] != pin.version:
        return ""
    written = found["License-Expression"] or found["License"] or ""
    classified = [
        one.rpartition(" :: ")[2] for one in found.get_all("Classifier") or () if one.startswith("License ::")
    ]
    # Some write the whole text of their licence there.
    return written if 0 < len(written) < 60 and "\n" not in written else next(iter(classified), "")
