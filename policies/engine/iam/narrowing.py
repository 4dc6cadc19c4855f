"""Statements for everybody whose conditions say whose requests they mean.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from typing import Any

from policies.engine.iam.statements import Statement, conditions_of

_KEYS = (
    "aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcevpc",
    "aws:sourcevpce", "aws:sourceip", "aws:vpcsourceip", "aws:principalarn", "aws:principalaccount",
    "aws:principalorgid", "aws:principalorgpaths", "aws:userid", "aws:username", "kms:calleraccount",
    "kms:viaservice", "s3:dataaccesspointaccount", "s3:dataaccesspointarn", "sns:endpoint",
)  # fmt: skip
_EVERY = ("*", "0.0.0.0/0", "::/0")


def is_narrowed(one: Statement) -> bool:
    """Return whether a condition says whose requests alone are meant: an account, a source, a network."""
    return any(
        key in _KEYS and "not" not in operator and operator != "null" and not _open(values)
        for (operator, key), values in conditions_of(one).items()
    )


def _open(values: tuple[Any, ...]) -> bool:
    return any(value in _EVERY for value in values)
