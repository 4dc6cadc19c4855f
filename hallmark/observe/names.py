"""Whether a policy of IAM's grammar may mean a resource: patterns are compared with ARNs, in doubt they match.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

Json = dict[str, Any]
# Services whose actions are about another service's resources.
_ABOUT = {"sts": "iam"}


def may_mean_ours(document: Json, arns: Iterable[str]) -> bool:
    """Return whether a statement allows something on one of these ARNs, or on what is below it."""
    wanted = list(arns)
    return any(_allows(statement, arn) for statement in statements_of(document) for arn in wanted)


def statements_of(document: Json) -> Iterator[Json]:
    """Yield the statements of a policy: one may stand alone."""
    found = document.get("Statement", [])
    yield from [found] if isinstance(found, dict) else found


def _allows(statement: Json, arn: str) -> bool:
    if statement.get("Effect") != "Allow":
        return False
    service = arn.split(":")[2]
    actions = _listed(statement.get("Action", "*"))
    if not any(action == "*" or _service(action) in (service, "*") for action in actions):
        return False
    return any(_covers(pattern, arn) for pattern in _listed(statement.get("Resource", "*")))


def _service(action: str) -> str:
    name = action.partition(":")[0].lower()
    return _ABOUT.get(name, name)


def _listed(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def _covers(pattern: str, arn: str) -> bool:
    """Return whether a pattern fits the ARN, or, cut at a slash or colon of its resource, means something below it."""
    begin = len(":".join(pattern.split(":")[:5])) + 1
    cuts = [match.start() for match in re.finditer("[:/]", pattern) if match.start() >= begin]
    return any(_expression(pattern[:end]).fullmatch(arn) for end in (len(pattern), *cuts))


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text)
