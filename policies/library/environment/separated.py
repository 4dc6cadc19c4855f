"""The stage is in every physical name, and nothing points to the other stage.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-ug-working-with-stacks.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.catalogue import stages
from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.names import NAMED, name_paths
from policies.engine.policy import Policy
from policies.engine.template.template import Resource, Template, walk

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
        outputs = template.document.get("Outputs", {})
        outputs = outputs if isinstance(outputs, dict) else {}
        for path, raw in walk(outputs):
            if _says(template.text(raw) or str(raw), other):
                yield Finding(TEMPLATE, f"Outputs.{path}", template.text(raw) or str(raw), f"nothing of {other}")
        for name, output in outputs.items():
            yield from _export(template, name, output, stage)


def _export(template: Template, output: str, raw: Any, stage: str) -> Iterator[Finding]:
    """Yield an export without the stage in its name: it is unique in account and region.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html
    """
    export = raw.get("Export") if isinstance(raw, Mapping) else None
    if export is not None:
        name = template.text(export.get("Name")) if isinstance(export, Mapping) else None
        if name is None or (not _says(name, stage) and str(template.text({"Ref": "AWS::StackName"})) not in name):
            wanted = f"a name with the word {stage}, or with the stack's name"
            yield Finding(TEMPLATE, f"Outputs.{output}.Export.Name", name or UNRESOLVED, wanted)


def _name(template: Template, resource: Resource, stage: str) -> Iterator[Finding]:
    for path in name_paths(resource):
        name = template.value(resource, path)
        if not isinstance(name, str) or not _says(name, stage):
            found = "none: CloudFormation makes one" if name is None else str(name)
            yield Finding(resource.logical_id, path, found, f"a physical name with the word {stage}")


def _others(template: Template, resource: Resource, other: str) -> Iterator[Finding]:
    for path, raw in template.leaves(resource):
        text = template.text(raw) or str(raw)
        if not path.startswith(_PROSE) and _says(text, other):
            yield Finding(resource.logical_id, path, text, f"nothing of {other}")
    if other == str(resource.metadata.get("Hallmark", {}).get("Stage", "")):
        yield Finding(resource.logical_id, "Metadata.Hallmark.Stage", other, f"nothing of {other}")


def _says(text: str, word: str) -> bool:
    """Return whether a word is in a text; not as a part of another, nor inside a variable."""
    if word not in text.lower():
        return False
    # The text after the last brace is not searched again for every variable that does not end.
    end = text.rfind("}") + 1
    plain = re.sub(r"\$\{[^}]*\}", " ", text[:end]) + text[end:]
    return word in re.split(r"[^a-z0-9]+", plain.lower())


policy = SeparateStages()
