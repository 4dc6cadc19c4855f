"""The examples of a policy's card: resources in which it finds nothing, and the same with one of its mutants made.

Standard library and PyYAML only.
"""

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from fnmatch import fnmatchcase
from typing import Any

from policies.engine import library
from policies.engine.cards import Card
from policies.engine.finding import Finding
from policies.engine.parts import Parts, declared
from policies.engine.template.template import Template

# Attributes of a resource beside its properties.
_BESIDE = ("Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy")
# The steps of a mutant's path: names, and what stands in brackets.
_STEP = re.compile(r"([^.\[\]]+)|\[([^\]]+)\]")


def passing(card: Card) -> Mapping[str, Any]:
    """Return resources in which a policy finds nothing; empty where its card has none."""
    found: Mapping[str, Any] = card.example.get("resources", {})
    return found


def failing(policy: str, card: Card) -> tuple[str, Mapping[str, Any]]:
    """Return what is wrong with an example, and the edited resources; empty without any.

    It is the passing one with the first of the card's mutants that a plain edit makes, and that the policy reports.
    """
    for mutant in card.mutants if passing(card) else ():
        # A word stands for something of a system.
        edited = None if "$" in str(mutant) else _edited(deepcopy(dict(passing(card))), mutant)
        if edited is not None and findings(policy, card, edited):
            return str(mutant["name"]), edited
    return "", {}


def findings(policy: str, card: Card, resources: Mapping[str, Any]) -> list[Finding]:
    """Return what a policy finds in resources, by the parameters of its card's example."""
    template = Template({"Resources": dict(resources)})
    given = {**card.example.get("parameters", {}), "stage": "", "parts": Parts(template, declared({}))}
    return list(library.policy(policy).present(template, given))


def _edited(resources: dict[str, Any], mutant: Mapping[str, Any]) -> dict[str, Any] | None:
    if "add_resource" in mutant and "on" not in mutant:
        added = dict(mutant["add_resource"])
        return {**resources, added.pop("id"): added}
    on = mutant.get("on", {})
    name = next((one for one, raw in resources.items() if _fits(raw, on)), None)
    if name is None:
        return None
    if mutant.get("remove_resource"):
        return {one: raw for one, raw in resources.items() if one != name}
    path = str(mutant.get("delete") or mutant.get("set", {}).get("path", ""))
    steps = [found[1] or found[0] for found in _STEP.findall(path)]
    if not steps or '"' in path:
        return None
    inside = _inside(resources[name] if steps[0] in _BESIDE else resources[name].setdefault("Properties", {}), steps)
    last = _key(inside, steps[-1])
    if last is None or ("delete" in mutant and not (isinstance(last, int) or last in inside)):
        return None
    if "delete" in mutant:
        del inside[last]
    else:
        inside[last] = mutant["set"]["value"]
    return resources


def _inside(value: Any, steps: list[str]) -> Any:
    """Return what the last step of a path is in, made where it is missing; None where there is none."""
    for step in steps[:-1]:
        key = _key(value, step)
        if key is None:
            return None
        value = value.setdefault(key, {}) if isinstance(value, dict) else value[key]
    return value


def _key(inside: Any, step: str) -> str | int | None:
    """Return the key or index of a step in a mapping or a list: by name, number, or `Key=value` of the item."""
    items = inside.items() if isinstance(inside, dict) else enumerate(inside) if isinstance(inside, list) else ()
    name, equals, wanted = step.partition("=")
    if equals:
        return next((key for key, one in items if isinstance(one, Mapping) and one.get(name) == wanted), None)
    if isinstance(inside, list):
        return int(step) if step.isdigit() and int(step) < len(inside) else None
    return step if isinstance(inside, dict) else None


def _fits(raw: Mapping[str, Any], on: Mapping[str, Any]) -> bool:
    if raw.get("Type") != on.get("type"):
        return False
    return all(_at(raw.get("Properties", {}), path, value) for path, value in on.get("where", {}).items())


def _at(value: Any, path: str, wanted: Any) -> bool:
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value is not None and (wanted == value or fnmatchcase(str(value), str(wanted)))


def edit_of(mutant: Mapping[str, Any]) -> str:
    """Return in one line what a mutant does to a template that has no finding."""
    where = _selected(mutant.get("on") or {})
    if "add_resource" in mutant:
        added = {key: value for key, value in mutant["add_resource"].items() if key not in ("id", "Type")}
        return f"add {mutant['add_resource']['Type']} {json.dumps(added.get('Properties', added))}".replace(" {}", "")
    if mutant.get("remove_resource"):
        return f"remove {where}"
    if "delete" in mutant:
        return f"delete {mutant['delete']} of {where}"
    verb, placed = ("set", mutant["set"]) if "set" in mutant else ("append to", mutant["append"])
    return f"{verb} {placed['path']} of {where}: {json.dumps(placed['value'])}"


def _selected(on: Mapping[str, Any]) -> str:
    """Return which resources a mutant is on."""
    having = [f"{path} {'set' if value == '*' else json.dumps(value)}" for path, value in on.get("where", {}).items()]
    return f"{on.get('type', 'a resource')}{' with ' + ' and '.join(having) if having else ''}"
