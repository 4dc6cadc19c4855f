"""Edits of a template: a copy in which only the edited resource is new."""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any

from hallmark.mutants.catalogue import Mutant, Selector
from infra.errors import UserError
from policies.engine.finding import TEMPLATE
from policies.engine.kinds import WORKFLOW
from policies.engine.template.intrinsics import referred
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.workflows.definition import OBJECT, TEXT, VALUES, definition_of

Step = str | int
Document = dict[str, Any]
# A path that starts with one of these is relative to the resource, not to its Properties.
_ATTRIBUTES = ("Type", "Condition", "Metadata", "DeletionPolicy", "UpdateReplacePolicy", "DependsOn")
_WORD = re.compile(r"\$(self|stage|account|mark:[a-z0-9_-]+|first:\w+::\w+::\w+)")


class NothingThereError(UserError):
    """A word in a mutant stands for a resource that the template does not have."""


@dataclass(frozen=True)
class Edit:
    """An edited template, what was done, and the resources that a policy must report, possibly none."""

    document: Document
    done: str
    wanted: tuple[str, ...]


def edits(mutant: Mutant, document: Document, stage: str, bodies: dict[Any, Any] | None = None) -> Iterator[Edit]:
    """Yield every edit of a mutant: each resource it is on, each place that its path matches.

    `bodies` caches results on the document's resources, as in Template.
    """
    bodies = {} if bodies is None else bodies
    template = _template_of(document, bodies)
    if mutant.on is None:
        yield _added(mutant, template, None, stage)
        return
    for resource in select(mutant.on, template):
        if mutant.add_resource is not None:
            yield _added(mutant, template, resource, stage)
        elif mutant.remove_resource:
            rest = {name: raw for name, raw in document["Resources"].items() if name != resource.logical_id}
            yield _edit(mutant, template, resource, {**document, "Resources": rest}, "remove")
        else:
            yield from _changed(mutant, template, resource, stage)


def _template_of(document: Document, bodies: dict[Any, Any]) -> Template:
    """Return the template of a document, one for all of its mutants."""
    known: Template | None = bodies.get((_template_of, id(document)))
    if known is None:
        known = bodies[_template_of, id(document)] = Template(document, bodies)
    return known


def _added(mutant: Mutant, template: Template, on: Resource | None, stage: str) -> Edit:
    name = str((mutant.add_resource or {})["id"])
    body = {key: value for key, value in (mutant.add_resource or {}).items() if key != "id"}
    raw = _filled(body, template, on.logical_id if on else name, stage)
    edited = {**template.document, "Resources": {**template.document["Resources"], name: raw}}
    wanted = (name,) if mutant.reports == "self" else None
    return _edit(mutant, template, on, edited, f"add {name}", wanted)


def _changed(mutant: Mutant, template: Template, resource: Resource, stage: str) -> Iterator[Edit]:
    placed = mutant.set or mutant.append
    path = mutant.delete or (placed.path if placed else "")
    steps = parsed(path)
    if steps[0] not in _ATTRIBUTES:
        steps = ["Properties", *steps]
    value = _filled(placed.value, template, resource.logical_id, stage) if placed else None
    raw_before = _written_out(template, resource, steps)
    for exact in expanded(raw_before, steps, must_exist=mutant.set is None and mutant.append is None):
        raw = _copied(dict(raw_before), exact)
        _apply(raw, exact, mutant, value)
        if raw == raw_before:
            continue  # what a system asks for anyway is no mutant of it
        edited = {**template.document, "Resources": {**template.document["Resources"], resource.logical_id: raw}}
        yield _edit(mutant, template, resource, edited, _shown(exact))


def _written_out(template: Template, resource: Resource, steps: list[Step]) -> Mapping[str, Any]:
    """Return a resource's body; a state machine's with its definition as an object if the path leads into that."""
    if resource.type != WORKFLOW or steps[:2] != ["Properties", OBJECT]:
        return resource.raw
    read = definition_of(template, resource)
    if read.top is None:
        return resource.raw
    kept = {key: one for key, one in resource.properties.items() if key not in (TEXT, VALUES)}
    return {**resource.raw, "Properties": {**kept, OBJECT: read.raw}}


def _copied(raw: Any, steps: list[Step]) -> Any:
    """Return a copy in which all that a path leads through is new."""
    made = copy.copy(raw)
    here: Any = made
    for step in steps[:-1]:
        if isinstance(here, dict) and step not in here:
            break
        here[step] = copy.copy(here[step])
        here = here[step]
    return made


def _apply(raw: Any, steps: list[Step], mutant: Mutant, value: Any) -> None:
    for here, after in pairwise(steps):
        if isinstance(raw, dict) and here not in raw:
            raw[here] = [] if isinstance(after, int) else {}
        raw = raw[here]
    last = steps[-1]
    if mutant.delete:
        del raw[last]
    elif mutant.append:
        old = raw.get(last, []) if isinstance(raw, dict) else raw[last]
        raw[last] = [*(old if isinstance(old, list) else [old]), value]
    else:
        raw[last] = value


def _edit(
    mutant: Mutant,
    template: Template,
    resource: Resource | None,
    document: Document,
    done: str,
    wanted: tuple[str, ...] | None = None,
) -> Edit:
    where = f" on {resource.logical_id}" if resource else ""
    if wanted is None:
        wanted = _wanted(mutant, template, resource, document)
    return Edit(document, f"{mutant.name} ({done}{where})", wanted)


def _wanted(mutant: Mutant, template: Template, resource: Resource | None, document: Document) -> tuple[str, ...]:
    if mutant.reports == "template":
        return (TEMPLATE,)
    if mutant.reports == "self":
        return (resource.logical_id,) if resource else ()
    # A removed resource's relations are in the unedited template.
    source = template if mutant.reports.related else template.beside(document)
    return tuple(sorted(one.logical_id for one in select(mutant.reports, source, resource)))


def select(selector: Selector, template: Template, other: Resource | None = None) -> list[Resource]:
    """Return the resources that a selector selects."""
    found = template.of_type(selector.type) if selector.type else list(template.resources.values())
    return [
        resource
        for resource in found
        if (selector.role is None or fnmatchcase(resource.mark, selector.role))
        and all(_matches(template, resource, path, value) for path, value in selector.where.items())
        and (selector.related is None or (other is not None and _related(selector.related, resource, other)))
    ]


def _related(relation: str, resource: Resource, other: Resource) -> bool:
    if relation == "same":
        return resource.logical_id == other.logical_id
    one, two = (resource, other) if relation == "refers" else (other, resource)
    return one is not two and two.logical_id in set(referred(one.raw))


def _matches(template: Template, resource: Resource, path: str, wanted: Any) -> bool:
    steps = parsed(path)
    steps = steps if steps[0] in _ATTRIBUTES else ["Properties", *steps]
    values = [_at(resource.raw, exact) for exact in expanded(resource.raw, steps, must_exist=True)]
    if wanted is None:
        return not values
    texts = [template.text(value) for value in values]
    if isinstance(wanted, str):
        return any(text is not None and fnmatchcase(text, wanted) for text in texts)
    return wanted in values


def _at(raw: Any, steps: list[Step]) -> Any:
    for step in steps:
        raw = raw[step]
    return raw


def parsed(path: str) -> list[Step]:
    """Return `Targets[*].RetryPolicy` as steps: keys, indexes, `[...]` for a choice; a key with dots is quoted."""
    steps: list[Step] = []
    for quoted, key, choice in re.findall(r'"([^"]+)"|([^.\[\]"]+)|\[([^\]]*)\]', path):
        if choice:
            steps.append(int(choice) if choice.isdigit() else f"[{choice}]")
        else:
            steps.append(quoted or key)
    if not steps:
        raise UserError(f"a mutant's path is empty: {path!r}")
    return steps


def expanded(raw: Any, steps: list[Step], must_exist: bool) -> Iterator[list[Step]]:
    """Yield the exact paths of a path: `[*]` is every element of a list or object, `[Key=value]` those with a value."""
    if not steps:
        yield []
        return
    first, rest = steps[0], steps[1:]
    if isinstance(first, str) and first.startswith("["):
        own = enumerate(raw) if isinstance(raw, list) else raw.items() if isinstance(raw, Mapping) else ()
        choices: list[Step] = [index for index, element in own if _chosen(first[1:-1], element)]
    elif isinstance(first, int):
        choices = [first] if isinstance(raw, list) and first < len(raw) else []
    else:
        there = isinstance(raw, Mapping) and first in raw
        choices = [first] if there or not must_exist else []
    for choice in choices:
        inner = _child(raw, choice)
        for tail in expanded(inner, rest, must_exist):
            yield [choice, *tail]


def _child(raw: Any, step: Step) -> Any:
    if isinstance(raw, Mapping):
        return raw.get(step, {})
    return raw[step] if isinstance(raw, list) and isinstance(step, int) else {}


def _chosen(choice: str, element: Any) -> bool:
    if choice == "*":
        return True
    key, _, value = choice.partition("=")
    return isinstance(element, Mapping) and str(element.get(key)) == value


def _shown(steps: list[Step]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".").removeprefix("Properties.")


def _filled(value: Any, template: Template, own: str, stage: str) -> Any:
    """Return the value with the words for something of the template filled in."""
    if isinstance(value, list):
        return [_filled(item, template, own, stage) for item in value]
    if isinstance(value, dict):
        return {_filled(key, template, own, stage): _filled(item, template, own, stage) for key, item in value.items()}
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        word, _, which = match.group(1).partition(":")
        if word == "mark":
            return _marked(template, which)
        if word == "first":
            return _first(template, which)
        return {"self": own, "stage": stage, "account": _account(template)}[word]

    return _WORD.sub(replace, value)


def _marked(template: Template, role: str) -> str:
    found = [resource.logical_id for resource in template.resources.values() if resource.mark == role]
    if len(found) != 1:
        raise NothingThereError(f"a mutant names $mark:{role}, but {len(found)} resources have that mark")
    return found[0]


def _first(template: Template, kind: str) -> str:
    found = template.of_type(kind)
    if not found:
        raise NothingThereError(f"a mutant names $first:{kind}, but there is none")
    return found[0].logical_id


def _account(template: Template) -> str:
    """Return the account for a Fn::Sub: its number where the template says it."""
    return template.account if template.account.isdigit() else "${AWS::AccountId}"
