"""A reader of template files: JSON, or YAML with CloudFormation's tags."""

from pathlib import Path
from typing import Any

from policies.engine.reading.json_reader import Unreadable, read_json
from policies.engine.reading.yaml_reader import read_yaml

_LINE_KEYS = ("__startline__", "__endline__", "__file__")


def read_template(file: Path) -> dict[str, Any]:
    """Return the template in a file; raise Unreadable with one line that says what is wrong."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("is not a text in UTF-8") from None
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    if not text.strip():
        raise Unreadable("is empty")
    return checked(read_json(text) if text.lstrip().startswith("{") else read_yaml(text))


def checked(document: Any) -> dict[str, Any]:
    """Return the document if it has the shape of a template with resources; else raise Unreadable."""
    if not isinstance(document, dict):
        raise Unreadable("is not a CloudFormation template: it is not an object with Resources")
    resources = document.get("Resources")
    if not isinstance(resources, dict):
        raise Unreadable("is not a CloudFormation template: it has no Resources")
    if not any(name not in _LINE_KEYS for name in resources):
        raise Unreadable("has no resources: there is nothing to judge")
    for name, resource in resources.items():
        if name in _LINE_KEYS or str(name).startswith("Fn::"):
            continue
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise Unreadable(f"is not a CloudFormation template: Resources.{name} has no Type")
        if not isinstance(resource.get("Properties", {}), dict):
            raise Unreadable(f"is not a CloudFormation template: Resources.{name}.Properties is not an object")
    return document


def without_line_keys(value: Any) -> Any:
    """Return the document without the line numbers that checkov writes into it."""
    if isinstance(value, dict):
        return {str(key): without_line_keys(item) for key, item in value.items() if key not in _LINE_KEYS}
    return [without_line_keys(item) for item in value] if isinstance(value, list) else value
