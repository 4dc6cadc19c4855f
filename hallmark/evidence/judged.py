"""The judgements of a system's policies on the templates of a stage, as evidence has them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from hallmark import catalogue, policies
from hallmark.evidence.record import Finding
from hallmark.synthesized import Synthesized
from hallmark.together import of_stage


class Judged(NamedTuple):
    """The findings of a control in a template, and by policy the resources that it found nothing wrong with."""

    findings: tuple[Finding, ...]
    passed: Mapping[str, tuple[str, ...]]


Judgements = Mapping[str, Judged]


def judged_by_control(
    stage: Sequence[Synthesized],
    system: str,
    kind: Literal["template", "observed"],
    assembly: Sequence[Synthesized] | None = None,
) -> dict[str, Judgements]:
    """Return the judgement of every control that asks for this kind of proof, by template and control.

    The templates of a stage are judged together, beside those of the assembly, by default this checkout's. No finding
    where a control holds, in each template.
    """
    asking = {control.id for control in catalogue.load(system).controls if control.asks_for(kind)}
    whole, name = of_stage(stage, assembly), stage[0].stage
    verdicts = [one for one in policies.judge_together(whole, system, name) if one["id"] in asking]
    passed: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for one in policies.passed_together(whole, system, name, verdicts):
        own = passed.setdefault((one["template"], one["id"]), {})
        own[one["policy"]] = (*own.get(one["policy"], ()), one["resource"])
    return {
        template.label: {
            one["id"]: Judged(
                tuple(_finding(item) for item in one["findings"] if item["template"] == template.label),
                passed.get((template.label, one["id"]), {}),
            )
            for one in verdicts
        }
        for template in stage
    }


def _finding(item: dict[str, Any]) -> Finding:
    return Finding(
        **{name: str(item.get(name) or "") for name in ("resource", "path", "found", "wanted", "fix", "policy")}
    )
