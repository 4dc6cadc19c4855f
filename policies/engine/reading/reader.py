"""A reader of template files: JSON, or YAML with CloudFormation's tags."""

from pathlib import Path
from typing import Any

from policies.engine.reading.json_reader import place_in_json, read_json
from policies.engine.reading.refusal import Unreadable, at, dotted, null_in
from policies.engine.reading.yaml_reader import place_in_yaml, read_yaml

_LINE_KEYS = ("__startline__", "__endline__", "__file__")
# States of a workflow may have nulls.
# https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html
_WITH_NULLS = "Definition"


def read_template(file: Path) -> dict[str, Any]:
    """Return the template in a file; raise Unreadable with one line that says what is wrong, and where."""
    try:
        text = _decoded(file.read_bytes())
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    if not text.strip():
        raise Unreadable("is empty")
    is_json = text.lstrip().startswith("{")
    try:
        return checked(read_json(text) if is_json else read_yaml(text))
    except Unreadable as error:
        if error.path is None:
            raise
        place = (place_in_json if is_json else place_in_yaml)(text, error.path)
        raise at(text, place, str(error)) from None


def _decoded(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        begin = raw[: error.start].decode("utf-8")
        raise at(begin, len(begin), f"is not a text in UTF-8: the byte {raw[error.start]:#04x}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def checked(document: Any) -> dict[str, Any]:
    """Return the document if it has the shape of a template with resources; else raise Unreadable with the path."""
    if not isinstance(document, dict):
        raise Unreadable("is not a CloudFormation template: it is not an object with Resources", ())
    null = null_in(document, _WITH_NULLS)
    if null is not None:
        raise Unreadable(f"has null in {dotted(null)}, which CloudFormation does not take,", null)
    resources = document.get("Resources")
    if not isinstance(resources, dict):
        raise Unreadable("is not a CloudFormation template: it has no Resources", ("Resources",))
    if not any(name not in _LINE_KEYS for name in resources):
        raise Unreadable("has no resources: there is nothing to judge", ("Resources",))
    for name, resource in resources.items():
        if name in _LINE_KEYS or str(name).startswith("Fn::"):
            continue
        place = ("Resources", name)
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise Unreadable(f"is not a CloudFormation template: {dotted(place)} has no Type", (*place, "Type"))
        for key in ("Properties", "Metadata"):
            if not isinstance(resource.get(key, {}), dict):
                problem = f"is not a CloudFormation template: {dotted((*place, key))} is not an object"
                raise Unreadable(problem, (*place, key))
    return document


def without_line_keys(value: Any) -> Any:
    """Return the document without the line numbers that checkov writes into it."""
    if isinstance(value, dict):
        return {str(key): without_line_keys(item) for key, item in value.items() if key not in _LINE_KEYS}
    return [without_line_keys(item) for item in value] if isinstance(value, list) else value
