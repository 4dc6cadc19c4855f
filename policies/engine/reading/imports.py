"""What a template imports, as the expression that another one exports.

An import that none of the templates exports, or that several may, stays what it is: it cannot be resolved.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-importvalue.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.engine.reading.refusal import NotTogether
from policies.engine.template.intrinsics import is_function
from policies.engine.template.resource import mapping
from policies.engine.template.template import Template

# The template and the own name of an entry, by its section and its name.
Places = Mapping[tuple[str, str], tuple[str, str]]
_IMPORT = "Fn::ImportValue"


@dataclass(frozen=True)
class _Export:
    """An output with a name for other stacks."""

    template: str
    output: str
    value: Any
    is_certain: bool


def imported(document: dict[str, Any], places: Places) -> dict[str, Any]:
    """Return the document of several templates with what they export instead of their imports.

    Raise NotTogether if two outputs certainly export the same name: CloudFormation refuses the second stack.
    """
    template = Template(document)
    exports = _exports(template, places)

    def replaced(value: Any, importer: str, asked: tuple[str, ...] = ()) -> Any:
        if isinstance(value, list):
            return [replaced(item, importer, asked) for item in value]
        if not isinstance(value, dict):
            return value
        if is_function(value) and _IMPORT in value:
            name = template.text(value[_IMPORT])
            found = exports.get(name) if name is not None and name not in asked else None
            if found is None or name is None or found.template == importer:
                return value
            return replaced(found.value, found.template, (*asked, name))
        return {key: replaced(item, importer, asked) for key, item in value.items()}

    made = dict(document)
    for section in ("Resources", "Outputs") if exports else ():
        made[section] = {
            name: replaced(body, places[section, name][0]) for name, body in mapping(document.get(section)).items()
        }
    return made


def _exports(template: Template, places: Places) -> dict[str, _Export | None]:
    """Return the exports by their names; None where it depends on the deployment which of several there is."""
    found: dict[str, _Export | None] = {}
    for output, raw in template.outputs.items():
        export = mapping(mapping(raw).get("Export"))
        name = template.text(export.get("Name")) if "Name" in export else None
        if name is None or ("Outputs", output) not in places:
            continue
        one = _Export(*places["Outputs", output], raw.get("Value"), "Condition" not in raw)
        other = found.get(name)
        if other and other.is_certain and one.is_certain:
            who = f"{other.output} of {other.template} and {one.output} of {one.template}"
            raise NotTogether(f"{who} export the same name, {name}: CloudFormation refuses the second")
        found[name] = None if name in found else one
    return found
