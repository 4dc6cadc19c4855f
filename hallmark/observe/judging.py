"""Stages that run, judged where they are: read back, with the verdicts of the controls that ask for that proof."""

from collections.abc import Collection, Sequence

from hallmark import policies
from hallmark.observe.comparison import judged
from hallmark.observe.template import observe
from hallmark.policy_command import Entry, of_controls, show
from hallmark.stage import Stage
from hallmark.together import stack_of


def judge_stages(stages: Sequence[Stage], as_json: bool, controls: Collection[str] = ()) -> int:
    """Print the verdicts on stages as those on templates; 0 without a finding, 1 with one. Nothing is written."""
    return show(of_controls([_judged(stage) for stage in stages], controls), as_json)


def _judged(stage: Stage) -> Entry:
    document, name = observe(stage), f"{stage.system} {stage.name} ({stage.target})"
    controls, notes = judged(document, stage.system, stage.name), policies.notes(document, stage.system)
    for one in (*notes, *(finding for control in controls for finding in control["findings"])):
        if stack := stack_of(document, one["resource"]):
            one["template"] = stack
    return Entry(stage.system, name, {"template": name, "controls": controls, "notes": notes})
