"""Stages that run, judged where they are: read back, with the verdicts of the controls that ask for that proof."""

from collections.abc import Sequence

from hallmark import policies
from hallmark.observe.comparison import Verdict, judged
from hallmark.observe.template import observe
from hallmark.stage import Stage


def judge_stages(stages: Sequence[Stage], as_json: bool) -> int:
    """Print the verdicts on stages as those on templates; 0 without a finding, 1 with one. Nothing is written."""
    named = {f"{one.system} {one.name} ({one.target})": one for one in stages}
    results = [_judged(name, stage) for name, stage in named.items()]
    return policies.show(results, {name: stage.system for name, stage in named.items()}, as_json)


def _judged(name: str, stage: Stage) -> Verdict:
    document = observe(stage)
    verdicts = judged(document, stage.system, stage.name)
    return {"template": name, "controls": verdicts, "notes": policies.notes(document, stage.system)}
