"""The account that a template is for, as far as it tells.

https://docs.aws.amazon.com/cdk/v2/guide/environments.html
"""

import re
from collections.abc import Iterable
from typing import Any

# Without colons, so that an ARN can be taken apart at them.
PLACEHOLDER = "${AccountId}"
_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")


def written_account(accounts: Iterable[frozenset[str]]) -> str:
    """The number that stands wherever an account does, as the CDK writes it for a stack with one; else a placeholder.

    With two numbers, or one beside AWS::AccountId, a number may well be a stranger's, so it is not taken for ours. The
    CDK's own bucket for what it uploads, cdk-...-assets-..., says nothing of who is let in.
    """
    written: set[str] = set()
    for found in accounts:
        if PLACEHOLDER in found:
            return PLACEHOLDER
        written |= found
    return written.pop() if len(written) == 1 else PLACEHOLDER


def accounts_in(body: Any) -> frozenset[str]:
    """The account numbers in a resource's body; the placeholder alone where AWS::AccountId stands."""
    numbers: set[str] = set()
    values = [body]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)
        elif isinstance(value, str):
            if "AWS::AccountId" in value and not value.startswith("cdk-"):
                return frozenset({PLACEHOLDER})
            numbers.update(_NUMBER.findall(value))
    return frozenset(numbers)
