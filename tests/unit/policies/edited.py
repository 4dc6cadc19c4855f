"""The synthesized templates of a stage, as one, with edits, and what policies say about them."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from hallmark import policies
from hallmark.together import joined
from infra.systems import system_of

ROOT = Path(__file__).resolve().parents[3]
Resources = dict[str, Any]


class Edited:
    """A copy of a stage's templates; `find` gets a resource to change."""

    def __init__(self, stage: str, system: str = "realtime") -> None:
        self.stage, self.system = stage, system
        self.document: dict[str, Any] = json.loads(_text(stage, system))
        self.resources: Resources = self.document["Resources"]

    def find(self, kind: str, fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The properties of the first resource of a type that fits."""
        properties: dict[str, Any] = self.resources[self.name(kind, fits)]["Properties"]
        return properties

    def name(self, kind: str, fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> str:
        """The logical id of the first resource of a type that fits."""
        found = next((name for name, raw in self.resources.items() if raw["Type"] == kind and fits(raw)), None)
        assert found, f"no {kind} fits"
        return found

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The properties of all resources of a type."""
        return [raw["Properties"] for raw in self.resources.values() if raw["Type"] == kind]

    def rule(self, role: str) -> dict[str, Any]:
        """The properties of the rule with a role in our metadata."""
        return self.find(
            "AWS::Events::Rule", lambda raw: raw.get("Metadata", {}).get("Hallmark", {}).get("Role") == role
        )

    def findings(self, *controls: str) -> list[tuple[str, str]]:
        """What the controls' policies find, as (resource, path)."""
        template = policies.template_of({**self.document, "Resources": self.resources}, self.system)
        known = policies.load(self.system)
        found = [one for control in controls for one in known[control].findings(template)]
        return [(one.resource, one.path) for one in found]


@cache
def _text(stage: str, system: str) -> str:
    folder = ROOT / "build" / "cdk.out"
    names = system_of(system).stack_names(stage)
    documents = {one: json.loads((folder / f"{one}.template.json").read_text(encoding="utf-8")) for one in names}
    return json.dumps(joined(documents).document if len(documents) > 1 else documents[names[0]])
