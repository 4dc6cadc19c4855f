"""The tables exist, each with its keys and, where wanted, its indexes, exactly; where wanted there are no others.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.kinds import TABLES
from policies.engine.policy import Policy
from policies.engine.services.storage import key_schema, table_called
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed


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
                if "indexes" in parameters:
                    yield from _indexes(template, table, parameters["indexes"].get(name, {}))
        known = [table for name in parameters["tables"] for table in table_called(template, name)]
        # Where one is missing, another may be it under a wrong name.
        if parameters.get("no_others") and len(known) == len(parameters["tables"]):
            for table in template.of_type(*TABLES):
                if table not in known:
                    wanted = f"no table but {', '.join(parameters['tables'])}"
                    yield Finding(table.logical_id, "TableName", template.name(table), wanted)


def _key_problems(template: Template, table: Resource, keys: dict[str, list[str]]) -> Iterator[Finding]:
    found, types, wanted = key_schema(template, table), _types(template, table), _wanted(keys)
    if found != wanted:
        yield Finding(table.logical_id, "KeySchema", _shown(found), _shown(wanted))
    for name, kind in keys.values():
        if types.get(name) != kind:
            path = "AttributeDefinitions"
            yield Finding(
                table.logical_id, path, f"{name} of type {types.get(name, 'missing')}", f"{name} of type {kind}"
            )


def _wanted(keys: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    return [(keys[kind.lower()][0], kind) for kind in ("HASH", "RANGE") if kind.lower() in keys]


def _indexes(template: Template, table: Resource, wanted: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield indexes that are missing, others, and those with other keys, types or attributes.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
    """
    path, name = "GlobalSecondaryIndexes", table.logical_id
    indexes, types = template.value(table, path), _types(template, table)
    own = {str(one.get("IndexName")): one for one in _maps(indexes)}
    if len(own) != len(listed(indexes)) or own.keys() != wanted.keys():
        found = ", ".join(own) or ("none" if indexes is None else UNRESOLVED)
        yield Finding(name, path, found, ", ".join(wanted) or "no index")
    if template.value(table, "LocalSecondaryIndexes") is not None:
        yield Finding(name, "LocalSecondaryIndexes", "an index", "none")
    for index in (one for one in wanted if one in own):
        keys, place = wanted[index], f"{path}[{index}]"
        schema, shape = own[index].get("KeySchema"), own[index].get("Projection")
        found_keys = [(one.get("AttributeName"), one.get("KeyType")) for one in _maps(schema)]
        if found_keys != _wanted(keys):
            yield Finding(name, f"{place}.KeySchema", _shown(found_keys), _shown(_wanted(keys)))
        kind = shape.get("ProjectionType") if isinstance(shape, Mapping) else shape
        if kind != keys["projection"]:
            yield Finding(name, f"{place}.Projection", str(kind), keys["projection"])
        held = shape.get("NonKeyAttributes") if isinstance(shape, Mapping) else None
        lacking = sorted(set(keys.get("attributes", ())) - set(map(str, listed(held)))) if kind == "INCLUDE" else []
        if lacking:
            wanted_all = f"with {', '.join(keys['attributes'])}"
            yield Finding(name, f"{place}.Projection", f"without {', '.join(lacking)}", wanted_all)
        for attribute, kind in (keys[one] for one in ("hash", "range") if one in keys):
            if types.get(attribute) != kind:
                found = f"{attribute} of type {types.get(attribute, 'missing')}"
                yield Finding(name, "AttributeDefinitions", found, f"{attribute} of type {kind}")


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in listed(value) if isinstance(one, Mapping)]


def _types(template: Template, table: Resource) -> dict[str, str]:
    definitions = template.value(table, "AttributeDefinitions")
    return {str(one.get("AttributeName")): str(one.get("AttributeType")) for one in _maps(definitions)}


def _shown(keys: list[tuple[Any, Any]]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in keys) or "no key"


policy = TableKeys()
