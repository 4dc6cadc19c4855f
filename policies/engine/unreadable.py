"""What of a template no policy can read: macros, modules, nested stacks, and attributes of a wrong form.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-transform.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.opaque import OPAQUE, foreign_code
from policies.engine.template.template import Template, is_resource

_TRANSFORM = "Fn::Transform"
_SHOWN = "a template that shows all its resources"
_SECTIONS = ("Parameters", "Mappings", "Conditions", "Outputs", "Metadata")


def unreadable(template: Template) -> Iterator[Finding]:
    """Yield what may bring resources that the template does not show, and what has a form that no template has."""
    document = template.document
    if document.get("Transform"):
        found = f"the macro {document['Transform']}: {UNRESOLVED}"
        yield Finding(TEMPLATE, "Transform", found, _SHOWN)
    for section in _SECTIONS:
        if not isinstance(document.get(section, {}), Mapping):
            yield Finding(TEMPLATE, section, _form(document[section]), "an object")
    for name, raw in document["Resources"].items():
        if is_resource(name, raw):
            yield from _hidden(str(name), raw["Type"])
            yield from _malformed(str(name), raw)
        elif str(name) == _TRANSFORM:
            yield Finding(TEMPLATE, f"Resources.{name}", f"a macro among the resources: {UNRESOLVED}", _SHOWN)
        elif str(name).startswith("Fn::"):
            yield Finding(str(name), "Type", f"{str(name).partition('::')[2]}: {UNRESOLVED}", _SHOWN)
        else:
            yield Finding(str(name), "Type", "no resource: it has no Type", "an object with a Type")
        if str(name) != _TRANSFORM and template.of_body(raw, _is_transformed):
            yield Finding(str(name), _TRANSFORM, f"a macro inside the resource: {UNRESOLVED}", _SHOWN)
    yield from foreign_code(template)


def _hidden(name: str, kind: str) -> Iterator[Finding]:
    if kind in OPAQUE or kind.endswith("::MODULE"):
        yield Finding(name, "Type", f"{kind}: {UNRESOLVED}", _SHOWN)


def _malformed(name: str, raw: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield attributes of a resource that CloudFormation refuses for their form."""
    for key in ("Properties", "Metadata"):
        if not isinstance(raw.get(key, {}), Mapping):
            yield Finding(name, key, _form(raw[key]), "an object")
    if not isinstance(raw.get("Condition", ""), str):
        yield Finding(name, "Condition", _form(raw["Condition"]), "the name of a condition, as a text")
    waits = raw.get("DependsOn", [])
    names = waits if isinstance(waits, list) else [waits]
    for index, one in enumerate(names):
        if not isinstance(one, str):
            place = f"DependsOn[{index}]" if isinstance(waits, list) else "DependsOn"
            yield Finding(name, place, _form(one), "the logical id of a resource, as a text")


def _form(value: Any) -> str:
    kind = {dict: "an object", list: "a list", str: "a text", bool: "a flag", type(None): "null"}
    return f"{kind.get(type(value), 'a number')}: {value}"


def _is_transformed(body: Any) -> bool:
    """Return whether a resource has a macro anywhere, which may add anything to it."""
    values = [body]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            if _TRANSFORM in value:
                return True
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)
    return False
