"""Stages that run, judged where they are: read back, with the verdicts of the controls that ask for that proof."""

from collections.abc import Sequence

from hallmark import policies
from hallmark.observe.comparison import judged
from hallmark.observe.template import observe
from hallmark.stage import Stage


def judge_stages(stages: Sequence[Stage], as_json: bool) -> int:
    """Print the verdicts on stages as those on templates; 0 without a finding, 1 with one. Nothing is written."""
    named = {f"{one.system} {one.name} ({one.target})": one for one in stages}
    results = [
        {"template": name, "controls": judged(observe(stage), stage.system, stage.name)}
        for name, stage in named.items()
    ]
    return policies.show(results, {name: stage.system for name, stage in named.items()}, as_json)
