"""What of a template no policy can read: macros, modules, nested stacks, and attributes of a wrong form.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-transform.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.opaque import foreign_code, is_opaque
from policies.engine.template.intrinsics import NESTED
from policies.engine.template.resource import LANGUAGE_EXTENSIONS, is_resource, macros_of, mapping
from policies.engine.template.template import Template

_TRANSFORM = "Fn::Transform"
_MACROS = (_TRANSFORM, "Fn::ForEach")
_FIX = "Write the attribute as CloudFormation takes it: it refuses this template."
_SHOWN = "a template that shows all its resources"
# Path, found, wanted.
Problem = tuple[str, str, str]
_SECTIONS = ("Parameters", "Mappings", "Conditions", "Outputs", "Metadata")


def unreadable(template: Template) -> Iterator[Finding]:
    """Yield what may bring resources that the template does not show, and what has a form that no template has."""
    document = template.document
    for macro in macros_of(document):
        if macro != LANGUAGE_EXTENSIONS:
            yield Finding(TEMPLATE, "Transform", f"the macro {macro}: {UNRESOLVED}", _SHOWN)
    for place, entries in (("", document), ("Outputs.", mapping(document.get("Outputs")))):
        for name in entries:
            if str(name).startswith("Fn::"):
                yield Finding(TEMPLATE, f"{place}{name}", f"{_macro(name)}: {UNRESOLVED}", _SHOWN)
    for section in _SECTIONS:
        if not isinstance(document.get(section, {}), Mapping):
            yield Finding(TEMPLATE, section, _form(document[section]), "an object")
    for name, raw in document["Resources"].items():
        for path, found, wanted in template.of_body(raw, _problems):
            yield Finding(str(name), path, found, wanted, _FIX if wanted != _SHOWN else "")
        if str(name).startswith("Fn::"):
            found = f"{_macro(name)}, which brings resources: {UNRESOLVED}"
            yield Finding(TEMPLATE, f"Resources.{name}", found, _SHOWN)
        elif not is_resource(name, raw):
            yield Finding(str(name), "Type", "no resource: it has no Type", "an object with a Type")
    yield from foreign_code(template)


def _macro(name: str) -> str:
    """Return a macro's name without that of its loop."""
    return "::".join(str(name).split("::")[:2])


def _problems(body: Any) -> list[Problem]:
    """Return what is unreadable in an entry of Resources, whatever its name."""
    found = [(_TRANSFORM, f"a macro inside the resource: {UNRESOLVED}", _SHOWN)] if _is_transformed(body) else []
    return [*found, *_malformed(body)] if isinstance(body, Mapping) else found


def _malformed(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield types that hide resources, and attributes that CloudFormation refuses for their form."""
    kind = str(raw.get("Type", ""))
    if is_opaque(kind):
        yield "Type", f"{kind}: {UNRESOLVED}", _SHOWN
    for key in ("Properties", "Metadata"):
        if not isinstance(raw.get(key, {}), Mapping):
            yield key, _form(raw[key]), "an object"
    if not isinstance(raw.get("Condition", ""), str):
        yield "Condition", _form(raw["Condition"]), "the name of a condition, as a text"
    waits = raw.get("DependsOn", [])
    for index, one in enumerate(waits if isinstance(waits, list) else [waits]):
        if not isinstance(one, str):
            place = f"DependsOn[{index}]" if isinstance(waits, list) else "DependsOn"
            yield place, _form(one), "the logical id of a resource, as a text"


def _form(value: Any) -> str:
    kind = {dict: "an object", list: "a list", str: "a text", bool: "a flag", type(None): "null"}
    return f"{kind.get(type(value), 'a number')}: {value}"


def _is_transformed(body: Any) -> bool:
    """Return whether a resource has a macro anywhere, which may add anything to it."""
    values = [body]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            for key, item in value.items():
                if isinstance(key, str) and key.startswith(_MACROS):
                    return True
                if isinstance(item, NESTED):
                    values.append(item)
        elif isinstance(value, list):
            values.extend(one for one in value if isinstance(one, NESTED))
    return False
