"""The mutants of a system's controls: small edits that their policies must report, in one file a control.

They are many, and only who judges them waits until they are read.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from hallmark import catalogue
from hallmark.catalogue import CONTROLS, Model, Text, validated_list
from hallmark.yaml_lines import LinedYaml


class Selector(Model):
    """Which resources: of a type, with a role in our metadata, with values at paths (`*` matches any text).

    `related` selects among those that refer to the edited resource (`refers`) or that it refers to (`referred`).
    """

    type: Text | None = None
    role: Text | None = None
    where: dict[str, Any] = Field(default_factory=dict)
    related: Literal["refers", "referred"] | None = None


class Placed(Model):
    """A value for a path; `$self`, `$stage` and `$mark:<role>` in its texts stand for logical ids and the stage."""

    path: Text
    value: Any


class Mutant(Model):
    """A small edit of a template that violates the control, made to each resource that `on` selects.

    `reports` is what the policy must report and nothing else: by default the edited (or added) resource, `template` for
    what is missing altogether, or what a selector selects. Without `stages` it is made to the templates of all of them.
    """

    name: Text
    on: Selector | None = None
    delete: Text | None = None
    set: Placed | None = None
    append: Placed | None = None
    remove_resource: Literal[True] | None = None
    add_resource: dict[str, Any] | None = None
    reports: Literal["self", "template"] | Selector = "self"
    stages: Annotated[tuple[Text, ...] | None, Field(min_length=1)] = None

    @model_validator(mode="after")
    def _one_edit(self) -> "Mutant":
        edits = [self.delete, self.set, self.append, self.remove_resource, self.add_resource]
        if sum(edit is not None for edit in edits) != 1:
            raise ValueError("wants exactly one of delete, set, append, remove_resource, add_resource")
        if self.on is None and self.add_resource is None:
            raise ValueError("wants `on`: the resources that are edited")
        if self.add_resource is not None and not {"id", "Type"} <= set(self.add_resource):
            raise ValueError("add_resource wants an id and a Type")
        return self


@cache
def load(system: str, folder: Path = CONTROLS) -> dict[str, tuple[Mutant, ...]]:
    """Control id -> mutants; raises UserError with file and line at the first mistake."""
    known = catalogue.load(system, folder)
    ids = {control.id for control in known.controls}
    found = {}
    for file in sorted((folder / system / "mutants").glob("*.yaml")):
        lines, control = LinedYaml(file), file.stem.upper()
        if control not in ids:
            raise lines.error([], f"mutants of {control}, which is no control")
        found[control] = validated_list(lines, [], lines.data, Mutant)
        _refuse_other_stages(lines, found[control], known.stages)
    return found


def _refuse_other_stages(lines: LinedYaml, mutants: tuple[Mutant, ...], stages: tuple[str, ...]) -> None:
    for index, mutant in enumerate(mutants):
        others = sorted(set(mutant.stages or ()) - set(stages))
        if others:
            raise lines.error([index, "stages"], f"there is no stage {others[0]!r}: there is {' and '.join(stages)}")
