"""The findings of a system's policies in a template, as evidence has them."""

from typing import Any, Literal

from hallmark import catalogue, policies
from hallmark.evidence.record import Finding
from hallmark.synthesized import Synthesized


def findings_by_control(
    template: Synthesized, system: str, kind: Literal["template", "observed"]
) -> dict[str, tuple[Finding, ...]]:
    """Return the findings of every control that asks for this kind of proof, by its id; none where it holds."""
    asking = {control.id for control in catalogue.load(system).controls if control.asks_for(kind)}
    verdicts = policies.judge(template.body, system, template.stage)
    return {one["id"]: tuple(map(_finding, one["findings"])) for one in verdicts if one["id"] in asking}


def _finding(item: dict[str, Any]) -> Finding:
    return Finding(
        **{name: str(item.get(name) or "") for name in ("resource", "path", "found", "wanted", "fix", "policy")}
    )
