"""Reads a template file, JSON or YAML with CloudFormation's tags, without CloudFormation's help."""

import json
from pathlib import Path
from typing import Any

import yaml
from support.yaml_loader import loader

_LINE_KEYS = ("__startline__", "__endline__", "__file__")


class Unreadable(Exception):
    """The file is no CloudFormation template; the message is one line."""


# Dates are texts.
_Loader = loader({"timestamp": ""})


def _short_form(loader: Any, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def read_template(file: Path) -> dict[str, Any]:
    """The template in a file; raises Unreadable with one line that says why it is none."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("is not a text in UTF-8") from None
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    return checked(_parsed(text))


def _parsed(text: str) -> Any:
    if not text.strip():
        raise Unreadable("is empty")
    try:
        return json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)
    except json.JSONDecodeError as error:
        raise Unreadable(f"is no JSON: {error.msg} in line {error.lineno}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise Unreadable(f"is no YAML: {getattr(error, 'problem', None) or 'cannot be parsed'}{where}") from None
    except (RecursionError, TypeError, ValueError):
        raise Unreadable("is nested too deeply, or no template at all") from None


def checked(document: Any) -> dict[str, Any]:
    """The document if it has the form of a template with resources; raises Unreadable if not."""
    if not isinstance(document, dict):
        raise Unreadable("is no CloudFormation template: it wants an object with Resources")
    resources = document.get("Resources")
    if not isinstance(resources, dict):
        raise Unreadable("is no CloudFormation template: it has no Resources")
    if not any(name not in _LINE_KEYS for name in resources):
        raise Unreadable("has no resources: there is nothing to judge")
    for name, resource in resources.items():
        if name in _LINE_KEYS or str(name).startswith("Fn::"):
            continue
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise Unreadable(f"is no CloudFormation template: Resources.{name} has no Type")
        if not isinstance(resource.get("Properties", {}), dict):
            raise Unreadable(f"is no CloudFormation template: Resources.{name}.Properties is no object")
    return document


def without_line_keys(value: Any) -> Any:
    """The document without the line numbers that checkov writes into it."""
    if isinstance(value, dict):
        return {str(key): without_line_keys(item) for key, item in value.items() if key not in _LINE_KEYS}
    return [without_line_keys(item) for item in value] if isinstance(value, list) else value
