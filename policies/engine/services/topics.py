"""Whether a topic's policy surely lets CloudWatch publish for an alarm.

https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
"""

from fnmatch import fnmatchcase
from typing import Any

from policies.engine.iam.permissions import may_deny, may_mean_service
from policies.engine.iam.resource_policies import policies_on, resource_statements
from policies.engine.iam.statements import Statement, conditions_of
from policies.engine.template.template import Resource, Template

_SERVICE, _ACTION = "cloudwatch.amazonaws.com", "sns:Publish"
_MATCHING = ("arnequals", "arnlike", "stringequals", "stringlike")
_OWNERS = ("aws:sourceaccount", "aws:sourceowner")
# Every request says whether it is encrypted, and CloudWatch's are.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport
_FACTS = {"aws:securetransport": "true"}


def may_publish(template: Template, topic: Resource, alarm: Resource) -> bool:
    """A topic without a policy lets in its account; a policy that exists under a condition is unknown."""
    policies = template.once(("topic's policies", topic.logical_id), lambda: policies_on(template, topic))
    if not policies:
        return True
    if any("Condition" in policy.raw for policy in policies):
        return False
    statements = template.once(("topic", topic.logical_id), lambda: resource_statements(template, topic))
    arn = str(template.arn(topic))
    return any(_lets(template, one, arn, alarm) for one in statements) and not any(
        may_mean_service(one, _SERVICE) and may_deny(one, _ACTION, arn, _FACTS) for one in statements
    )


def _lets(template: Template, statement: Statement, topic_arn: str, alarm: Resource) -> bool:
    return (
        statement.effect == "Allow"
        and (("Service", _SERVICE) in statement.principals or statement.everybody())
        and statement.covers(_ACTION)
        and any(isinstance(one, str) and fnmatchcase(topic_arn, one) for one in statement.resources)
        and all(_holds(template, *condition, alarm) for condition in conditions_of(statement).items())
    )


def _holds(template: Template, asked: tuple[str, str], values: tuple[Any, ...], alarm: Resource) -> bool:
    """Whether a condition surely is true when CloudWatch publishes for the alarm."""
    operator, key = asked
    actual = template.arn(alarm) if key == "aws:sourcearn" else template.account
    if operator not in _MATCHING or key not in ("aws:sourcearn", *_OWNERS) or actual is None:
        return False
    # Only ArnEquals, ArnLike and StringLike know wildcards.
    return any(
        value == actual or (operator != "stringequals" and isinstance(value, str) and fnmatchcase(actual, value))
        for value in values
    )
