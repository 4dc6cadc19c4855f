"""The findings of a system's policies in the templates of a stage, as evidence has them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from hallmark import catalogue, policies
from hallmark.evidence.record import Finding
from hallmark.synthesized import Synthesized
from hallmark.together import of_stage

Findings = Mapping[str, tuple[Finding, ...]]


def findings_by_control(
    stage: Sequence[Synthesized], system: str, kind: Literal["template", "observed"]
) -> dict[str, Findings]:
    """Return the findings of every control that asks for this kind of proof, by template and control.

    The templates of a stage are judged together. None where a control holds, in each template.
    """
    asking = {control.id for control in catalogue.load(system).controls if control.asks_for(kind)}
    verdicts = policies.judge_together(of_stage(stage), system, stage[0].stage)
    return {
        template.label: {
            one["id"]: tuple(_finding(item) for item in one["findings"] if item["template"] == template.label)
            for one in verdicts
            if one["id"] in asking
        }
        for template in stage
    }


def _finding(item: dict[str, Any]) -> Finding:
    return Finding(
        **{name: str(item.get(name) or "") for name in ("resource", "path", "found", "wanted", "fix", "policy")}
    )
