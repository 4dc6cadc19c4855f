"""Every rule that calls a function hands it the whole detail, where the trace context travels.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.targets import transforms_whole
from policies.engine.events.wiring import RuleTarget, invocation, targets_of
from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import RULE
from policies.engine.policy import Policy
from policies.engine.template.template import Template


class TracedEvents(Policy):
    scope = (RULE,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for rule in template.of_type(RULE):
            for target in targets_of(rule):
                if template.text(target.raw.get("Arn")) is None:
                    found = f"a target that {UNRESOLVED}"
                    yield Finding(rule.logical_id, f"{target.path}.Arn", found, "the ARN of a target")
                if invocation(template, target.raw.get("Arn")):
                    yield from _input(template, target)


def _input(template: Template, target: RuleTarget) -> Iterator[Finding]:
    name, wanted = target.rule.logical_id, "an input with the whole detail"
    if target.raw.get("Input") is not None:
        yield Finding(name, f"{target.path}.Input", "a constant", wanted)
    path = target.raw.get("InputPath")
    if path is not None and template.text(path) not in ("$", "$.detail"):
        yield Finding(name, f"{target.path}.InputPath", str(path), wanted)
    transformer = target.raw.get("InputTransformer")
    if transformer is not None and not transforms_whole(template, transformer):
        yield Finding(name, f"{target.path}.InputTransformer", str(template.resolve(transformer)), wanted)


policy = TracedEvents()
