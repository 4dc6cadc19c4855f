"""The tables exist, each with its partition key and, where wanted, its sort key.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import TABLES
from policies.engine.policy import Policy
from policies.engine.services.storage import key_schema, table_called
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template


class TableKeys(Policy):
    scope = TABLES

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for name, keys in parameters["tables"].items():
            tables = table_called(template, name)
            if len(tables) != 1:
                names = ", ".join(template.name(table) for table in template.of_type(*TABLES))
                found = f"{len(tables)} of that name among {names}"
                yield Finding(TEMPLATE, "Resources", found, f"one table {name}, named with the stage")
            for table in tables:
                yield from _key_problems(template, table, keys)


def _key_problems(template: Template, table: Resource, keys: dict[str, list[str]]) -> Iterator[Finding]:
    found, types = key_schema(template, table), _types(template, table)
    wanted = [(keys[kind.lower()][0], kind) for kind in ("HASH", "RANGE") if kind.lower() in keys]
    if found != wanted:
        yield Finding(table.logical_id, "KeySchema", _shown(found), _shown(wanted))
    for name, kind in keys.values():
        if types.get(name) != kind:
            path = "AttributeDefinitions"
            yield Finding(
                table.logical_id, path, f"{name} of type {types.get(name, 'missing')}", f"{name} of type {kind}"
            )


def _types(template: Template, table: Resource) -> dict[str, str]:
    definitions = template.value(table, "AttributeDefinitions")
    own = definitions if isinstance(definitions, list) else []
    return {str(one.get("AttributeName")): str(one.get("AttributeType")) for one in own if isinstance(one, Mapping)}


def _shown(keys: list[tuple[Any, Any]]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in keys) or "no key"


policy = TableKeys()
