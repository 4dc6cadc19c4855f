"""A synthesized template with edits, and what one policy says about it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hallmark import policies

ROOT = Path(__file__).resolve().parents[3]
Resources = dict[str, Any]


class Edited:
    """A copy of a stage's template; `find` gets a resource to change."""

    def __init__(self, stage: str) -> None:
        file = ROOT / "build" / "cdk.out" / f"hallmark-realtime-{stage}.template.json"
        self.stage = stage
        self.document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        self.resources: Resources = copy.deepcopy(self.document["Resources"])

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

        policy = policies.load("realtime")[control]
        template = Template({**self.document, "Resources": self.resources})
        return [(finding.resource, finding.path) for finding in policy.findings(template)]
