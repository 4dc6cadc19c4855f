"""The retention of log groups and archives.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html
"""

from collections.abc import Iterator

from policies.engine.finding import Finding
from policies.engine.kinds import ARCHIVE, LOG_GROUP
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import measured

_PATHS = {LOG_GROUP: "RetentionInDays", ARCHIVE: "RetentionDays"}


def retention_problems(template: Template, keeper: Resource, days: int) -> Iterator[Finding]:
    """Yield a finding unless a log group or an archive has exactly this retention; without one it never expires."""
    path = _PATHS[keeper.type]
    found = template.value(keeper, path)
    if template.number(found) != days:
        yield Finding(
            keeper.logical_id,
            path,
            "not set: never expires" if found is None else measured(found, "days"),
            f"{days} days",
        )
