"""The account that a template is for, as far as it tells.

https://docs.aws.amazon.com/cdk/v2/guide/environments.html
"""

import re
from typing import Any

# Without colons, so that an ARN can be taken apart at them.
PLACEHOLDER = "${AccountId}"
_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")


def written_account(resources: Any) -> str:
    """The number that stands wherever an account does, as the CDK writes it for a stack with one; else a placeholder.

    With two numbers, or one beside AWS::AccountId, a number may well be a stranger's, so it is not taken for ours. The
    CDK's own bucket for what it uploads, cdk-...-assets-..., says nothing of who is let in.
    """
    numbers: set[str] = set()
    values = [resources]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)
        elif isinstance(value, str):
            if "AWS::AccountId" in value and not value.startswith("cdk-"):
                return PLACEHOLDER
            numbers.update(_NUMBER.findall(value))
    return numbers.pop() if len(numbers) == 1 else PLACEHOLDER
