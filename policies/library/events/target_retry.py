"""Every target of every rule retries, a bounded number of times and for a bounded time.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.rules import unread_targets
from policies.engine.events.wiring import RuleTarget, targets_of
from policies.engine.finding import Finding
from policies.engine.kinds import RULE
from policies.engine.policy import Policy
from policies.engine.template.template import Template


class TargetRetry(Policy):
    scope = (RULE,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for rule in template.of_type(RULE):
            if unread_targets(rule):
                wanted = "targets one by one, each with a RetryPolicy"
                yield Finding(rule.logical_id, "Targets", "no target, or unknown", wanted)
            for target in targets_of(rule):
                yield from _problems(template, target, parameters)


def _problems(template: Template, target: RuleTarget, parameters: dict[str, Any]) -> Iterator[Finding]:
    policy = template.resolve(target.raw.get("RetryPolicy"))
    path = f"{target.path}.RetryPolicy"
    bounds = {
        "MaximumRetryAttempts": (parameters["minimum_attempts"], parameters["maximum_attempts"]),
        "MaximumEventAgeInSeconds": (parameters["minimum_age_seconds"], parameters["maximum_age_seconds"]),
    }
    if not isinstance(policy, dict):
        wanted = ", ".join(f"{key} from {low} to {high}" for key, (low, high) in bounds.items())
        yield Finding(target.rule.logical_id, path, "no retry policy" if policy is None else "unknown", wanted)
        return
    for key, (low, high) in bounds.items():
        number = template.number(policy.get(key))
        if number is None or not low <= number <= high or number % 1:
            found = str(policy.get(key, "missing"))
            yield Finding(target.rule.logical_id, f"{path}.{key}", found, f"a whole number from {low} to {high}")


policy = TargetRetry()
