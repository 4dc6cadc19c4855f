"""Names of OSCAL that stay the same from export to export: UUIDs over stable names, properties, references."""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Json = dict[str, Any]
# The namespace of our own properties, and of the UUIDs of all that has a name of ours.
NAMESPACE = "https://hallmark.invalid/ns/oscal"
_ROOT = uuid5(NAMESPACE_URL, NAMESPACE)


def uuid(*names: str) -> str:
    """Return the UUID (version 5) of a name in parts."""
    return str(uuid5(_ROOT, "\0".join(names)))


def props(facts: Mapping[str, str | None]) -> list[Json]:
    """Return facts as properties of our namespace, without empty ones; each value is one line."""
    plain = ((name, " ".join(value.split())) for name, value in facts.items() if value)
    return [{"name": name, "ns": NAMESPACE, "value": value} for name, value in plain if value]


def several(name: str, values: Mapping[str, str]) -> list[Json]:
    """Return a property for each value, with the remarks that it maps to, if any."""
    return [
        {"name": name, "ns": NAMESPACE, "value": value, **({"remarks": remarks} if remarks else {})}
        for value, remarks in values.items()
    ]


def filled(document: Json) -> Json:
    """Return an object without empty lists and texts, which OSCAL does not allow."""
    return {name: value for name, value in document.items() if value not in (None, [], "")}


def statement_of(control: str) -> str:
    """Return the id of the one statement of a control."""
    return f"{control}_smt"


def resource(name: str, title: str, href: str, sha256: str = "", description: str = "") -> Json:
    """Return a resource of the back matter, with the digest of what it refers to."""
    link = filled({"href": href, "hashes": [{"algorithm": "SHA-256", "value": sha256}] if sha256 else []})
    return filled({"uuid": uuid("resource", name), "title": title, "description": description, "rlinks": [link]})


def reference(name: str) -> str:
    """Return the reference to a resource of the back matter."""
    return f"#{uuid('resource', name)}"


def metadata(title: str, moment: str, version: str) -> Json:
    """Return the metadata of a document; `moment` in UTC."""
    party = uuid("party", "hallmark")
    return {
        "title": title,
        "last-modified": moment,
        "version": version,
        "oscal-version": "",
        "roles": [{"id": "assessor", "title": "Assessor"}],
        "parties": [{"uuid": party, "type": "organization", "name": "Hallmark"}],
        "responsible-parties": [{"role-id": "assessor", "party-uuids": [party]}],
    }
