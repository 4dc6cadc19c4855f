"""Stages that run, judged where they are: read back, with the verdicts of the controls that ask for that proof."""

from collections.abc import Sequence
from dataclasses import asdict

from hallmark import policies
from hallmark.observe.comparison import Verdict, decided, judged
from hallmark.observe.comparison_file import findings_of
from hallmark.observe.template import observe
from hallmark.stage import Stage


def judge_stages(stages: Sequence[Stage], as_json: bool) -> int:
    """Print the verdicts on stages as those on templates; 0 without a finding, 1 with one. Nothing is written."""
    named = {f"{one.system} {one.name} ({one.target})": one for one in stages}
    results = [{"template": name, "controls": _verdicts(stage)} for name, stage in named.items()]
    return policies.show(results, {name: stage.system for name, stage in named.items()}, as_json)


def _verdicts(stage: Stage) -> list[Verdict]:
    """Return the verdicts on a stage: on what was read back, and on its data that decides."""
    more = {control: [asdict(one) for one in own] for control, own in findings_of(decided(stage)).items()}
    return [
        {**one, "verdict": "failed", "findings": [*one["findings"], *more[one["id"]]]} if one["id"] in more else one
        for one in judged(observe(stage), stage.system, stage.name)
    ]
