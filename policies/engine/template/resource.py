"""A resource of a template, and what among the entries of Resources is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# AWS's own macro that only adds functions: what it makes of a template is known, but for Fn::ForEach.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"


@dataclass(frozen=True)
class Resource:
    """One resource, its intrinsic functions unresolved, but for AWS::NoValue and Fn::If of a constant condition."""

    logical_id: str
    type: str
    properties: Mapping[str, Any] = field(repr=False, compare=False)
    metadata: Mapping[str, Any] = field(repr=False, compare=False)
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def mark(self) -> str:
        """The mark (`Role`) in our own metadata, or an empty text."""
        mark = self.metadata.get("Hallmark")
        return str(mark.get("Role", "")) if isinstance(mark, Mapping) else ""


def is_resource(name: str, raw: Any) -> bool:
    """Return whether an entry of Resources is a resource; a macro among them is none."""
    return isinstance(raw, Mapping) and isinstance(raw.get("Type"), str) and not str(name).startswith("Fn::")


def macros_of(document: Mapping[str, Any]) -> list[Any]:
    """Return the macros that a whole template goes through, by names or as they are written."""
    own = document.get("Transform") or []
    return own if isinstance(own, list) else [own]


def resource_of(name: str, raw: Mapping[str, Any]) -> Resource:
    """Return an entry that is a resource as one."""
    return Resource(name, str(raw["Type"]), mapping(raw.get("Properties")), mapping(raw.get("Metadata")), raw)


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}
