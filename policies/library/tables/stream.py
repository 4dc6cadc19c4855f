"""Tables with consumers have a stream with the view that those need.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import TABLES
from policies.engine.policy import Policy
from policies.engine.services.storage import table_called
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_PATH = "StreamSpecification.StreamViewType"


class TableStream(Policy):
    scope = TABLES

    def judged(self, template: Template, parameters: dict[str, Any]) -> list[Resource]:
        return [table for name in parameters["tables"] for table in table_called(template, name)]

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for name, view in parameters["tables"].items():
            tables = table_called(template, name)
            if len(tables) != 1:
                yield Finding(TEMPLATE, "Resources", f"{len(tables)} tables {name}", f"one table {name} with a stream")
            for table in tables:
                found = template.value(table, _PATH)
                if found != view:
                    yield Finding(table.logical_id, _PATH, str(found or "no stream"), view)


policy = TableStream()
