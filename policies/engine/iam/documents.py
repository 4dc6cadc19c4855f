"""The statements of policy documents; what an open Fn::If may hold is read as written, and is certain of nothing.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from policies.engine.iam.statements import PERHAPS, Statement
from policies.engine.template.conditions import NO_VALUE_REF
from policies.engine.template.intrinsics import NESTED, UNKNOWN, is_function
from policies.engine.template.outline import branches
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed


def statements_of(template: Template, owner: Resource, document: Any, path: str) -> list[Statement]:
    """Return the statements of a policy document (object or JSON text); one of UNKNOWNs if it cannot be resolved."""
    resolved = template.structure(document)
    if not isinstance(resolved, Mapping):
        return either_of(owner, document, path, partial(statements_of, template, owner))
    place = f"{path}.Statement" if path else "Statement"
    found = resolved.get("Statement")
    if any(one is UNKNOWN for one in listed(found)) and isinstance(document, Mapping):
        return _written(template, owner, document.get("Statement"), place)
    return [_statement(owner, one, at) for one, at in _placed(found, place)]


def _placed(found: Any, place: str) -> Iterator[tuple[Any, str]]:
    """Yield one statement, or each of several, with its path."""
    many = isinstance(found, list)
    for index, one in enumerate(listed(found)):
        yield one, f"{place}[{index}]" if many else place


def _written(template: Template, owner: Resource, found: Any, place: str) -> list[Statement]:
    """Return statements of which some cannot be resolved as a whole."""
    return [each for one, at in _placed(found, place) for each in _read(template, owner, one, at)]


def _read(template: Template, owner: Resource, raw: Any, path: str) -> list[Statement]:
    if is_function(raw) and template.resolve(raw) is UNKNOWN:
        return either_of(owner, raw, path, partial(_written, template, owner))
    return [_statement(owner, template.resolve(raw), path)]


def either_of(
    owner: Resource, expression: Any, path: str, read: Callable[[Any, str], list[Statement]]
) -> list[Statement]:
    """Return what each branch of an Fn::If holds, under its condition; one of UNKNOWNs for anything else."""
    found: list[Statement] = []
    either = list(branches(expression))
    if len(either) < 2:
        return [_unknown(owner, path)]
    for one in either:
        if one == NO_VALUE_REF:
            continue
        known = isinstance(one, NESTED) and not is_function(one)
        own = read(one, path) if known else [_unknown(owner, path)]
        found += under_condition(own)
    return found


def under_condition(statements: list[Statement]) -> list[Statement]:
    """Return statements that are there only if a condition holds."""
    return [replace(one, effect=PERHAPS.get(one.effect, one.effect)) for one in statements]


def _statement(owner: Resource, raw: Any, path: str) -> Statement:
    if not isinstance(raw, Mapping):
        return _unknown(owner, path)
    return Statement(
        owner=owner,
        path=path,
        effect=_elements([raw.get("Effect")])[0],
        actions=_elements(raw.get("Action")),
        not_actions=_elements(raw.get("NotAction")),
        resources=_elements(raw.get("Resource")),
        not_resources=_elements(raw.get("NotResource")),
        principals=_principals(raw.get("Principal")),
        not_principals=_principals(raw.get("NotPrincipal")),
        conditions=raw.get("Condition", {}),
        raw=raw,
    )


def _elements(value: Any) -> tuple[Any, ...]:
    """Return one element or several; what is no text says nothing that can be resolved."""
    if isinstance(value, str):
        return (value,)
    return tuple(UNKNOWN if isinstance(one, NESTED) else one for one in listed(value))


def _unknown(owner: Resource, path: str) -> Statement:
    anything = (UNKNOWN,)
    return Statement(owner, path, UNKNOWN, anything, (), anything, (), (("*", UNKNOWN),), (), UNKNOWN, {})


def _principals(value: Any) -> tuple[tuple[str, Any], ...]:
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        return tuple(("*", item) for item in _elements([value]))
    return tuple((str(kind), item) for kind, items in value.items() for item in _elements(items))
