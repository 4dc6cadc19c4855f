"""What gates and report need of a synthesized template: types, lines, and inline skips."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hallmark.evidence import ToolFinding
from hallmark.project import BUILD, OPTIONAL_ASSEMBLY, ROOT
from hallmark.revision import template_files
from infra.errors import UserError
from infra.systems import NAMES
from policies.engine.assembly import main_first

OBSERVED = BUILD / "observed"
# The metadata in which a template tells a tool what to skip. https://github.com/aws-cloudformation/cfn-lint#metadata,
# https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
_SKIPS = {
    "cfn-lint": (("cfn-lint", "config", "ignore_checks"),),
    "checkov": (("checkov", "skip"), ("bridgecrew", "skip")),
}
# checkov finds these words in any line of a resource, even inside texts.
_COMMENT = re.compile(r"(?:checkov|bridgecrew|cortex):skip= *([\w,-]*)")


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

    @property
    def region(self) -> str | None:
        return self._mark("Region")

    @property
    def stack(self) -> str:
        return self.path.name.removesuffix(".template.json")

    def _mark(self, name: str) -> str | None:
        mark: Any = self.body
        for key in ("Metadata", "Hallmark", name):
            mark = mark.get(key) if isinstance(mark, dict) else None
        return None if mark is None else str(mark)

    def type_of(self, logical_id: str) -> str | None:
        resource = self.body.get("Resources", {}).get(logical_id, {})
        return resource.get("Type") if isinstance(resource, dict) else None

    def line_of(self, logical_id: str) -> int:
        """Return the first line of a resource, from 1."""
        found = re.search(rf'^\s*"{re.escape(logical_id)}": \{{', self.text, re.MULTILINE)
        return self.text.count("\n", 0, found.start()) + 1 if found else 1

    def inline_skips(self, tool: str) -> Iterator[ToolFinding]:
        """Yield every rule that the template itself tells a tool to skip: waivers belong in policies/waivers.yaml.

        UserError for metadata of the tool in a format that it cannot read.
        """
        for name, metadata in self._metadata():
            line = self.line_of(name) if name else 1
            try:
                rules = [rule for path in _SKIPS[tool] for rule in _skipped(metadata, path)]
            except _Odd as odd:
                where = f"{self.label}:{line}: {name or 'the template'}"
                raise UserError(f"{where}: {tool} cannot read {odd}: waive in policies/waivers.yaml instead") from None
            yield from (self._skip(tool, rule, name or "the template", line) for rule in rules)
        for comment in _COMMENT.finditer(self.text) if tool == "checkov" else ():
            line = self.text.count("\n", 0, comment.start()) + 1
            yield self._skip(tool, comment[1] or "every check", "the template", line)

    def _skip(self, tool: str, rule: str, place: str, line: int) -> ToolFinding:
        message = "an inline skip in the template: waive it in policies/waivers.yaml, or fix it"
        return ToolFinding(tool, rule, place, self.label, line, message)

    def _metadata(self) -> Iterator[tuple[str, Any]]:
        yield "", self.body.get("Metadata", {})
        for name, resource in self.body.get("Resources", {}).items():
            if isinstance(resource, dict) and "Metadata" in resource:
                yield name, resource["Metadata"]


class _Odd(Exception):
    """Metadata with another format than a tool reads; the message is its path."""


def _skipped(metadata: Any, path: tuple[str, ...]) -> list[str]:
    """Return the rules in the list at a path of metadata; empty if the path does not exist."""
    value, walked = metadata, ["Metadata"]
    for key in path:
        if not isinstance(value, dict):
            raise _Odd(".".join(walked))
        if key not in value:
            return []
        value = value[key]
        walked.append(key)
    # cfn-lint lists ids, checkov objects with an id.
    rules = value if path[-1] == "ignore_checks" else _ids(value)
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        raise _Odd(".".join(walked))
    return rules


def _ids(items: Any) -> Any:
    return [item.get("id") if isinstance(item, dict) else None for item in items] if isinstance(items, list) else None


def templates(system: str, stage: str | None = None) -> list[Synthesized]:
    """Return the templates of a system, of one stage or of all; UserError when there are none.

    The first of a stage is its main stack's; others are its additional stacks'.
    """
    found = [t for t in all_templates() if t.system == system and t.stage is not None and stage in (None, t.stage)]
    if not found:
        of = f"{system} {stage}" if stage else system
        raise UserError(f"build/cdk.out has no template of {of}: run `python -m hallmark build`")
    return sorted(found, key=lambda one: main_first(one.path))


def by_stage(found: Iterable[Synthesized]) -> dict[str, list[Synthesized]]:
    """Return templates of a system by their stages, which are judged together."""
    stages: dict[str, list[Synthesized]] = {}
    for template in found:
        stages.setdefault(template.stage or "", []).append(template)
    return stages


def house_templates(region: str) -> list[Synthesized]:
    """Return the templates of a region that belong to no system: the account's."""
    return [t for t in all_templates() if t.system not in NAMES and t.region in (None, region)]


def all_templates() -> list[Synthesized]:
    """Return every template of the assembly; UserError when there are none."""
    found = assembled()
    if not found:
        raise UserError("build/cdk.out has no template: run `python -m hallmark build`")
    return found


def assembled() -> list[Synthesized]:
    """Return every template of the assembly; none before it is built."""
    return [Synthesized(path) for path in template_files().values()]


def optional_templates(folder: Path = OPTIONAL_ASSEMBLY) -> list[Synthesized]:
    """Return the templates of the stacks that are off by default; UserError when there are none."""
    found = [Synthesized(path) for path in sorted(folder.glob("hallmark-load-*.template.json"))]
    if not found:
        raise UserError(f"{folder.relative_to(ROOT)} has no template: run `python -m hallmark build`")
    return found


def observed_templates(folder: Path = OBSERVED) -> list[Synthesized]:
    """Return the templates that were read back from deployed stages; none before the gate `observed` has run."""
    return [Synthesized(path) for path in sorted(folder.glob("*.template.json"))]
