"""The words that fill the forms of commands: properties, names, and declared values as the AWS CLI wants them.

Beside the properties, as observed or, where nothing is there, as declared:
`name`, `arn`         the resource's name and ARN; `bare`, that of a log group alone, without its streams
`physical`            the service's own name for it
`declared`            the value that differs, as declared; `observed`, as it is
`key`, `member`       the property that differs, and which member of it, by name
`value`               that property, or that member of a list, as declared: JSON; `text`, as a text
`setting`             an object of the property's name and value
`document`            the policy document of the member, or of the resource: JSON; `policy`, as a queue's attribute
`attributes`          the property as a queue's attribute
`properties`          all properties, as declared: JSON
`added`, `lost`       what a list has and should not have, and the other way round
`camel`               the property with names that begin with a small letter: JSON
`lacking`, `extra`, `other`   a rule of a security group that lacks, is too much, or is described otherwise: JSON
`index`               what makes a table's index again; `named`, the tags by their names: JSON
and what a reader notes beside the properties
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hallmark.observe import rule_words
from hallmark.observe.commands import Each, Form
from hallmark.observe.difference import Difference
from hallmark.observe.normal import members
from policies.engine.template.intrinsics import UNKNOWN, Reference
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_FIRST, _MEMBER = re.compile(r"[^.\[]+"), re.compile(r"^[^.\[]+(?:\[([^\]]+)\]|\.([^.\[]+))")


def words_of(one: Difference, declared: Template, observed: Template, physical: Mapping[str, str]) -> dict[str, Any]:
    """Return the words for a difference; what is not known is left out."""
    wanted, there = declared.resources.get(one.resource), observed.resources.get(one.resource)
    side, resource = (observed, there) if there else (declared, wanted)
    if resource is None:
        return {}
    properties = _properties(declared, wanted)
    key, member = parts(one.path)
    value = at(properties, one.path)
    value = _plain(one.declared) if value is None else value
    document = value if isinstance(value, Mapping) else {}
    document = document.get("PolicyDocument", properties.get("PolicyDocument"))
    text = "" if value is None else str(value) if isinstance(value, (str, Reference)) else _json(value)
    words = {
        "Description": "",
        **resource.metadata.get("Hallmark", {}),
        **_properties(side, resource),
        **{"name": side.name(resource), "arn": side.arn(resource), "physical": physical.get(one.resource)},
        "bare": (side.arn(resource) or "").removesuffix(":*"),
        **{"declared": one.declared, "observed": one.observed},
        **{"key": key, "member": member, "text": text, "attributes": _json({key: text})},
        **{"value": None if value is None else _json(_listed(key, member, value))},
        **{"setting": _json({key: value}), "properties": _json(properties)},
        **({"document": _json(document), "policy": _json({"Policy": _json(document)})} if document else {}),
        "added": sorted({*_list(one.observed)} - {*_list(one.declared)}),
        "lost": sorted({*_list(one.declared)} - {*_list(one.observed)}),
    }
    if key == "Tags" and member:
        # Not all tags, but this one; without a value where it is not declared.
        words["value"] = one.declared
    words |= {"named": _json({of["Key"]: of["Value"] for of in _list(properties.get("Tags"))})}
    if key == "GlobalSecondaryIndexes" and isinstance(value, Mapping):
        attributes = properties.get("AttributeDefinitions")
        updates = [{"Create": value}]
        words |= {"index": _json({"AttributeDefinitions": attributes, "GlobalSecondaryIndexUpdates": updates})}
    if key in rule_words.SIDES:
        words |= rule_words.of(key, at(properties, one.path), at(_properties(observed, there), one.path))
    if isinstance(value, Mapping):
        words |= {"camel": _json(_camel(value))}
    return {name: word for name, word in words.items() if word is not None}


def parts(path: str) -> tuple[str, str | None]:
    """Return the property of a path, and which member of it: a name in brackets or behind the first dot."""
    found = _MEMBER.match(path)
    return (_FIRST.match(path) or [""])[0], found and (found[1] or found[2])


def at(properties: Mapping[str, Any], path: str) -> Any:
    """Return the property of a path, or the member of its list; None without one."""
    key, member = parts(path)
    value = properties.get(key)
    return dict(members(key, value)).get(member or "") if isinstance(value, list) and "[" in path else value


def filled(form: Form, words: Mapping[str, Any], options: str, physical: Mapping[str, str]) -> str | None:
    """Return the commands of a form, each with the options; None where a word is missing or known later only."""
    commands: list[str] = []
    for one in (form,) if isinstance(form, str) else form:
        for command, own in _single(one, words):
            quoted = {name: shlex.quote(_known(str(word), physical)) for name, word in own.items()}
            try:
                commands.append(f"{command.format_map(quoted)} {options}")
            except KeyError:
                return None
    whole = " && ".join(commands)
    return whole if whole and "${" not in whole and str(UNKNOWN) not in whole else None


def _single(one: str | Each, words: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each command of a form with its words."""
    if isinstance(one, str):
        yield one, words
        return
    name, _, field = one.path.partition(".")
    value = words.get(name)
    for item in _list(value) if value is None or isinstance(value, (list, tuple)) else [value]:
        yield one.form, {**words, "item": item[field] if field else item}


def _known(text: str, physical: Mapping[str, str]) -> str:
    """Return a text in which references to resources are the services' own names for them."""
    return re.sub(r"\$\{(\w+)\}", lambda found: physical.get(found[1], found[0]), text)


def _properties(template: Template, resource: Resource | None) -> dict[str, Any]:
    return {key: template.resolve(value) for key, value in resource.properties.items()} if resource else {}


def _camel(value: Any) -> Any:
    """Return a value with every name in it beginning with a small letter."""
    if isinstance(value, Mapping):
        return {f"{key[0].lower()}{key[1:]}": _camel(item) for key, item in value.items()}
    return [_camel(item) for item in value] if isinstance(value, (list, tuple)) else value


def _listed(key: str, member: str | None, value: Any) -> Any:
    """Return a member of a list as a list of one, as the AWS CLI wants targets."""
    return [value] if key == "Targets" and member else value


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else []


def _plain(text: Any) -> Any:
    """Return a declared value, a text of a comparison, as JSON has it: booleans are words there."""
    return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text


def _json(value: Any) -> str:
    return json.dumps(value, default=str)
