"""What a template imports, as the expression that another one exports.

An import that none of the templates exports, or that several may, stays what it is: it cannot be resolved.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-importvalue.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """An output with a name for other stacks; one under an open condition is not certain."""

    template: str
    output: str
    value: Any
    is_certain: bool


@dataclass
class _Imports:
    """The imports of templates that are followed: which template has imported from which."""

    template: Template
    exports: Mapping[str, _Export | None]
    made_from: dict[str, set[str]] = field(default_factory=dict)

    def followed(self, value: Any, importer: str, asked: tuple[str, ...] = ()) -> Any:
        """Return a value of a template with what is exported instead of its imports."""
        if isinstance(value, list):
            return [self.followed(item, importer, asked) for item in value]
        if not isinstance(value, dict):
            return value
        if not is_function(value) or _IMPORT not in value:
            return {key: self.followed(item, importer, asked) for key, item in value.items()}
        name = self.template.text(value[_IMPORT])
        found = self.exports.get(name) if name is not None and name not in asked else None
        if found is None or name is None or found.template == importer:
            return value
        self.made_from.setdefault(importer, set()).add(found.template)
        return self.followed(found.value, found.template, (*asked, name))

    def before(self, importer: str) -> set[str]:
        """Return the templates whose stacks are certainly made before that of one which imports from them."""
        found: set[str] = set()
        waiting = [importer]
        while waiting:
            new = self.made_from.get(waiting.pop(), set()) - found
            found |= new
            waiting.extend(new)
        # Stacks that import from each other were made in several steps.
        return set() if importer in found else found


def imported(document: dict[str, Any], places: Places) -> dict[str, Any]:
    """Return the document of several templates with what they export instead of their imports.

    What imports from a stack waits for all of it. Raise NotTogether if two outputs certainly export the same name:
    CloudFormation refuses the second stack.
    """
    template = Template(document)
    imports = _Imports(template, _exports(template, places))
    made = dict(document)
    for section in ("Resources", "Outputs") if imports.exports else ():
        entries = mapping(document.get(section)).items()
        made[section] = {name: imports.followed(body, places[section, name][0]) for name, body in entries}
    owners = {name: template for (section, name), (template, _) in places.items() if section == "Resources"}
    for importer in imports.made_from:
        earlier = imports.before(importer)
        others = [name for name, owner in owners.items() if owner in earlier]
        for name in (name for name, owner in owners.items() if owner == importer):
            made["Resources"][name] = _waiting(made["Resources"][name], others)
    return made


def _waiting(body: Any, others: list[str]) -> Any:
    """Return the body of a resource that waits for others, too; one of another form as it is."""
    own = body.get("DependsOn", []) if isinstance(body, dict) and "Type" in body else None
    if not others or not isinstance(own, (str, list)):
        return body
    return {**body, "DependsOn": [*([own] if isinstance(own, str) else own), *others]}


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
