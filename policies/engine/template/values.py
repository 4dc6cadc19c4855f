"""Whether a flag is on or off, which key is AWS's own, and how a finding shows a property."""

from typing import Any

from policies.engine.finding import UNRESOLVED
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.template import Template

_FLAGS = {"true": True, "false": False}


def flag(value: Any) -> Any:
    """Return a resolved flag as True or False, None if it is not set, UNKNOWN for anything else.

    CloudFormation also takes texts, `true` or `True`.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-type-schema.html
    """
    if value is None or isinstance(value, bool):
        return value
    return _FLAGS.get(value.lower(), UNKNOWN) if isinstance(value, str) else UNKNOWN


def is_true(template: Template, expression: Any) -> bool:
    """Return whether a flag is certainly true."""
    return flag(template.resolve(expression)) is True


def is_off(value: Any) -> bool:
    """Return whether a resolved flag is certainly false, or not set, which is AWS's off."""
    own = flag(value)
    return own is None or own is False


def is_aws_key(template: Template, key: Any, service: str = "") -> bool:
    """Return whether a resolved key is AWS's own for a service, or for any, by its alias or the alias's ARN.

    https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key
    """
    if not isinstance(key, str):
        return False
    alias = key.removeprefix(f"arn:aws:kms:{template.region}:{template.account}:")
    return alias == f"alias/aws/{service}" if service else alias.startswith("alias/aws/")


def shown(template: Template, expression: Any) -> str:
    """Return a property as a finding shows it."""
    value = template.resolve(expression)
    return UNRESOLVED if value is UNKNOWN else "missing" if value is None else str(value)


def listed(value: Any) -> tuple[Any, ...]:
    """Return one value or a list of values as a tuple; nothing gives an empty one."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)
