"""A synthesized template with edits, and what one policy says about it."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hallmark import policies

if TYPE_CHECKING:
    from support.template import Template

ROOT = Path(__file__).resolve().parents[3]
Resources = dict[str, Any]


class Edited:
    """A copy of a stage's template; `find` gets a resource to change."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.document: dict[str, Any] = json.loads(_text(stage))
        self.resources: Resources = self.document["Resources"]

    def find(self, kind: str, fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The properties of the first resource of a type that fits."""
        found = [raw for raw in self.resources.values() if raw["Type"] == kind and fits(raw)]
        assert found, f"no {kind} fits"
        properties: dict[str, Any] = found[0]["Properties"]
        return properties

    def rule(self, role: str) -> dict[str, Any]:
        """The properties of the rule with a role in our metadata."""
        return self.find(
            "AWS::Events::Rule", lambda raw: raw.get("Metadata", {}).get("Hallmark", {}).get("Role") == role
        )

    def findings(self, control: str) -> list[tuple[str, str]]:
        """What the control's policy finds, as (resource, path)."""
        from support.template import Template

        return _findings(control, Template({**self.document, "Resources": self.resources}))


def findings_of_clean(control: str, stage: str) -> list[tuple[str, str]]:
    """What the control's policy finds in a stage's template as it is, as (resource, path)."""
    return _findings(control, _clean(stage))


@cache
def _text(stage: str) -> str:
    return (ROOT / "build" / "cdk.out" / f"hallmark-realtime-{stage}.template.json").read_text(encoding="utf-8")


@cache
def _clean(stage: str) -> "Template":
    from support.template import Template

    return Template(json.loads(_text(stage)))


def _findings(control: str, template: "Template") -> list[tuple[str, str]]:
    policy = policies.load("realtime")[control]
    return [(finding.resource, finding.path) for finding in policy.findings(template)]
