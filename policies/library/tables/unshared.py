"""What stands in a table goes to nobody else: no stream, replica or report that nothing of the template asks for.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/contributorinsights_HowItWorks.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import TABLES
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.relations.places import places, pointed
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_off

_COPIES = ("KinesisStreamSpecification.StreamArn", "Replicas[].KinesisStreamSpecification.StreamArn")
_INSIGHTS = (
    "ContributorInsightsSpecification.Enabled",
    "GlobalSecondaryIndexes[].ContributorInsightsSpecification.Enabled",
    "Replicas[].ContributorInsightsSpecification.Enabled",
)
_STREAM, _REGION = "StreamSpecification", "Replicas[].Region"


class UnsharedTables(Policy):
    scope = TABLES

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        streamed = [parts.player("table", part) for part in parameters.get("streams", ())]
        for table in template.of_type(*TABLES):
            if table not in streamed and template.value(table, _STREAM) is not None:
                found = str(template.value(table, _STREAM))
                yield Finding(table.logical_id, _STREAM, found, "no stream: nothing of this system reads one")
            yield from _copied(template, table)


def _copied(template: Template, table: Resource) -> Iterator[Finding]:
    for path in _COPIES:
        for place, value in places(template, table, path):
            if not pointed(template, value):
                found = text_of(value) or UNRESOLVED
                yield Finding(table.logical_id, place, found, "no stream of others: it gets every change")
    for place, value in places(template, table, _REGION):
        if value != template.region:
            found = text_of(value) or UNRESOLVED
            yield Finding(table.logical_id, place, found, f"no replica outside of {template.region}")
    for path in _INSIGHTS:
        for place, value in places(template, table, path):
            if not is_off(value):
                wanted = "false: it shows the keys of the records that are asked for most"
                yield Finding(table.logical_id, place, str(value), wanted)


policy = UnsharedTables()
