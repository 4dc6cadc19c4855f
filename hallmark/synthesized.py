"""What gates and report must know of a synthesized template: types, lines, and skips hidden inside it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hallmark.errors import UserError
from hallmark.evidence import ToolFinding
from hallmark.project import BUILD, OPTIONAL_ASSEMBLY, ROOT
from hallmark.revision import template_files

OBSERVED = BUILD / "observed"


@dataclass(frozen=True)
class Synthesized:
    """A template file of the cloud assembly."""

    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.text))

    @property
    def label(self) -> str:
        return str(self.path.relative_to(ROOT)) if self.path.is_relative_to(ROOT) else str(self.path)

    @property
    def stage(self) -> str | None:
        return self._mark("Stage")

    @property
    def system(self) -> str | None:
        return self._mark("System")

    def _mark(self, name: str) -> str | None:
        mark = self.body.get("Metadata", {}).get("Hallmark", {}).get(name)
        return None if mark is None else str(mark)

    def type_of(self, logical_id: str) -> str | None:
        resource = self.body.get("Resources", {}).get(logical_id, {})
        return resource.get("Type") if isinstance(resource, dict) else None

    def line_of(self, logical_id: str) -> int:
        """Return the line where a resource starts, from 1."""
        found = re.search(rf'^\s*"{re.escape(logical_id)}": \{{', self.text, re.MULTILINE)
        return self.text.count("\n", 0, found.start()) + 1 if found else 1

    def inline_skips(self, tool: str) -> Iterator[ToolFinding]:
        """Yield every rule that the template itself tells a tool to skip: waivers belong in policies/waivers.yaml."""
        for name, metadata in self._metadata():
            for rule in _skipped(metadata, tool):
                line = self.line_of(name) if name else 1
                message = "an inline skip in the template: waive it in policies/waivers.yaml, or mend it"
                yield ToolFinding(tool, rule, name or "the template", self.label, line, message)

    def _metadata(self) -> Iterator[tuple[str, dict[str, Any]]]:
        yield "", self.body.get("Metadata", {})
        for name, resource in self.body.get("Resources", {}).items():
            if isinstance(resource, dict) and isinstance(resource.get("Metadata"), dict):
                yield name, resource["Metadata"]


def _skipped(metadata: dict[str, Any], tool: str) -> list[str]:
    if tool == "cfn-lint":
        config = metadata.get("cfn-lint", {}).get("config", {})
        return [str(rule) for rule in config.get("ignore_checks", [])]
    return [str(item.get("id", item)) for item in metadata.get("checkov", {}).get("skip", [])]


def all_templates() -> list[Synthesized]:
    """Return every template of the assembly; UserError when there is none."""
    found = [Synthesized(path) for path in template_files().values()]
    if not found:
        raise UserError("build/cdk.out holds no template: run `python -m hallmark build`")
    return found


def optional_templates(folder: Path = OPTIONAL_ASSEMBLY) -> list[Synthesized]:
    """Return the templates of the stacks that are off by default; UserError when there is none."""
    found = [Synthesized(path) for path in sorted(folder.glob("hallmark-load-*.template.json"))]
    if not found:
        raise UserError(f"{folder.relative_to(ROOT)} holds no template: run `python -m hallmark build`")
    return found


def observed_templates(folder: Path = OBSERVED) -> list[Synthesized]:
    """Return the templates that were read back from deployed stages; none before the gate `observed` has run."""
    return [Synthesized(path) for path in sorted(folder.glob("*.template.json"))]
