"""The stage is in every physical name, and nothing points to the other stage.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-ug-working-with-stacks.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.catalogue import stages
from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding, excerpt
from policies.engine.names import name_paths
from policies.engine.policy import Policy
from policies.engine.template.identity import NAMED
from policies.engine.template.naming import place_of
from policies.engine.template.outline import literals
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.walking import walk

_PROSE = ("Description", "AlarmDescription", "Schema", "ResponseTemplates")


class SeparateStages(Policy):
    scope = tuple(NAMED)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        stage = parameters["stage"]
        if stage not in stages():
            yield Finding(TEMPLATE, "Metadata.Hallmark.Stage", str(stage or "no stage"), "dev or prod")
            return
        other = next(iter(stages() - {stage}))
        if template.marked_stage not in ("", stage):
            yield Finding(TEMPLATE, "Metadata.Hallmark.Stage", template.marked_stage, stage)
        for resource in template.resources.values():
            yield from _name(template, resource, stage)
            yield from _others(template, resource, other)
        for path, raw in walk(template.outputs):
            for found in () if path.endswith(".Description") else _named(template, raw, other):
                yield Finding(TEMPLATE, f"Outputs.{path}", found, f"nothing of {other}")
        for name, output in template.outputs.items():
            yield from _export(template, name, output, stage)


def _export(template: Template, output: str, raw: Any, stage: str) -> Iterator[Finding]:
    """Yield an export without the stage in its name: it is unique in account and region.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html
    """
    export = raw.get("Export") if isinstance(raw, Mapping) else None
    if export is not None:
        name = template.text(export.get("Name")) if isinstance(export, Mapping) else None
        if name is None or (not place_of(name, stage) and str(template.text({"Ref": "AWS::StackName"})) not in name):
            wanted = f"a name with the word {stage}, or with the stack's name"
            yield Finding(TEMPLATE, f"Outputs.{output}.Export.Name", name or UNRESOLVED, wanted)


def _name(template: Template, resource: Resource, stage: str) -> Iterator[Finding]:
    for path in name_paths(resource):
        name = template.value(resource, path)
        # Of a name with a parameter in it, what is written out is certain.
        text = template.outline(name) if isinstance(name, str) else template.outline(_written(resource, path))
        if text is None or not place_of(text, stage):
            found = "none: CloudFormation makes one" if name is None else str(name)
            yield Finding(resource.logical_id, path, found, f"a physical name with the word {stage}")


def _written(resource: Resource, path: str) -> Any:
    """Return a property as it is written."""
    value: Any = resource.properties
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _others(template: Template, resource: Resource, other: str) -> Iterator[Finding]:
    for path, raw in template.leaves(resource):
        if not path.startswith(_PROSE):
            for found in _named(template, raw, other):
                yield Finding(resource.logical_id, path, found, f"nothing of {other}")
    mark = resource.metadata.get("Hallmark")
    if isinstance(mark, Mapping) and other == str(mark.get("Stage", "")):
        yield Finding(resource.logical_id, "Metadata.Hallmark.Stage", other, f"nothing of {other}")


def _named(template: Template, raw: Any, other: str) -> Iterator[str]:
    """Yield where a value names the other stage, by a parameter's default too."""
    text = template.text(raw)
    own = template.outline(raw, defaults=True) if text is None else text
    # Of what cannot be resolved, also what is written in the arguments, such as an export's name.
    written = (one for choice in template.choices(raw) for one in literals(choice)) if text is None else ()
    for one in [*([] if own is None else [own]), *written]:
        place = place_of(one, other)
        if place:
            yield excerpt(one, *place)
            return


policy = SeparateStages()
