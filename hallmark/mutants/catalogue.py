"""The mutants of a system's controls: small edits that their policies must report.

A policy's card has those that name nothing of a system, for the templates of every system whose row names
the policy; a system's own stand in one file a control. They are many, so they are read only when they are
judged.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from hallmark import catalogue
from hallmark.catalogue import CONTROLS, Catalogue, Control, Model, Text, Use, card, validated_list
from hallmark.yaml_lines import LinedYaml
from policies.engine import cards, words
from policies.engine.parameters import differs_by_stage


class Selector(Model):
    """A selector of resources: of a type, with a mark, with values at paths (`*` matches any text).

    `related` selects among those that refer to the edited resource (`refers`), that it refers to (`referred`), or only
    that resource (`same`).
    """

    type: Text | None = None
    role: Text | None = None
    where: dict[str, Any] = Field(default_factory=dict)
    related: Literal["refers", "referred", "same"] | None = None


class Placed(Model):
    """A value for a path; its texts may hold words for something of the template or the system.

    `$self`, `$mark:<role>` and `$first:<type>` are logical ids, `$stage` and `$account` the template's own; the
    system's are those of `policies.engine.words`.
    """

    path: Text
    value: Any


class Mutant(Model):
    """A small edit of a template that violates the control, made to each resource that `on` selects.

    `reports` is what the policy must report and nothing else: by default the edited (or added) resource, `template` for
    what is missing altogether, or what a selector selects. Without `stages` it is made to the templates of all of them,
    and with `when` to those of stages for which the policy's parameters have these values.
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
    when: dict[str, Any] = Field(default_factory=dict)

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


class Shared(Mutant):
    """A card's mutant for a control's use of the policy: only that policy's report counts.

    `where` is its file and line; `excluded` the reason why the control leaves it out.
    """

    policy: Text
    where: Text
    excluded: Text | None = None


@cache
def load(system: str, folder: Path = CONTROLS) -> dict[str, tuple[Mutant, ...]]:
    """Return mutants, shared and own, by control id; raise UserError with file and line at the first mistake."""
    known = catalogue.load(system, folder)
    own = _own(known, folder)
    found: dict[str, tuple[Mutant, ...]] = {}
    for index, control in enumerate(known.controls):
        shared = [one for number in range(len(control.policies)) for one in _shared(known, folder, index, number)]
        if mutants := (*shared, *own.get(control.id, ())):
            found[control.id] = mutants
    return found


def _own(known: Catalogue, folder: Path) -> dict[str, tuple[Mutant, ...]]:
    """Return the system's own mutants by control id."""
    controls = {control.id: control for control in known.controls}
    found: dict[str, tuple[Mutant, ...]] = {}
    for file in sorted((folder / known.system / "mutants").glob("*.yaml")):
        lines, name = LinedYaml(file), file.stem.upper()
        if name not in controls:
            raise lines.error([], f"mutants of {name}, which is not a control")
        mutants = validated_list(lines, [], lines.data, Mutant)
        _refuse_other_stages(lines, mutants, known.stages)
        _refuse_unknown_words(lines, [], mutants, _parameters(controls[name]))
        made = (one for mutant in mutants for one in _made(mutant, known, _parameters(controls[name])))
        found[name] = tuple(Mutant.model_validate(one) for one in made)
    return found


def _parameters(control: Control) -> dict[str, Any]:
    return {name: value for use in control.policies for name, value in use.parameters.items()}


def of_card(policy: str) -> tuple[tuple[str, Mutant], ...]:
    """Return the mutants of a policy's card, each with its place, `file:line`; raise UserError at the first mistake."""
    return _of_card(policy, cards.file_of(policy))


@cache
def _of_card(policy: str, file: Path) -> tuple[tuple[str, Mutant], ...]:
    about = card(policy)
    if about.mutants is None:
        return ()
    lines = LinedYaml(file)
    mutants = validated_list(lines, ["mutants"], about.mutants, Mutant)
    _refuse_unknown_words(lines, ["mutants"], mutants, about.parameters)
    for index, mutant in enumerate(mutants):
        if "$mark:" in str(mutant):
            problem = "a card's mutant names no mark: it goes to policies/controls/<system>/mutants"
            raise lines.error(["mutants", index], problem)
    return tuple((lines.place(["mutants", index]), mutant) for index, mutant in enumerate(mutants))


def _shared(known: Catalogue, folder: Path, index: int, number: int) -> Iterator[Mutant]:
    """Yield the mutants of the card of one of a control's policies."""
    use = known.controls[index].policies[number]
    mutants = of_card(use.use)
    excluded = _excluded(known, folder, index, use, {mutant.name for _, mutant in mutants})
    for where, mutant in mutants:
        more = {"policy": use.use, "where": where, "excluded": excluded.get(mutant.name)}
        for one in _made(mutant, known, use.parameters):
            yield Shared.model_validate({**one, **more})


def _excluded(known: Catalogue, folder: Path, index: int, use: Use, names: set[str]) -> dict[str, str]:
    """Return why a control leaves mutants out, by mutant."""
    for one in use.excludes:
        if one.mutant not in names:
            file = folder / f"{known.system}.yaml"
            raise LinedYaml(file).error(
                ["controls", index, "excludes"], f"the card of {use.use} has no mutant {one.mutant!r}"
            )
    return {one.mutant: one.reason for one in use.excludes}


def _made(mutant: Mutant, known: Catalogue, parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a mutant with the system's words filled in: one for all stages, or one for each if it differs by stage.

    None for stages that the system lacks, or if it names an optional parameter that the row leaves out.
    """
    raw = mutant.model_dump(exclude_unset=True, exclude={"when", "stages"})
    used = words.named(raw) | set(mutant.when)
    if not used <= parameters.keys():
        return
    stages = tuple(stage for stage in mutant.stages or known.stages if stage in known.stages)
    each = {stage: {name: _at(parameters[name], stage, known.stages) for name in used} for stage in stages}
    wanted = {stage: values for stage, values in each.items() if {**values, **mutant.when} == values}
    system = words.of_system(known.system, known.system.replace("_", "-"), known.region)
    if len({str(values) for values in wanted.values()}) > 1:
        for stage, values in wanted.items():
            yield {**words.filled(raw, {**system, **words.of_parameters(values)}), "stages": (stage,)}
    elif wanted:
        values = next(iter(wanted.values()))
        yield {**words.filled(raw, {**system, **words.of_parameters(values)}), "stages": tuple(wanted)}


def _at(value: Any, stage: str, stages: tuple[str, ...]) -> Any:
    return value[stage] if differs_by_stage(value, stages) else value


def _refuse_unknown_words(
    lines: LinedYaml, path: list[str | int], mutants: tuple[Mutant, ...], parameters: Mapping[str, Any]
) -> None:
    for index, mutant in enumerate(mutants):
        unknown = sorted((words.named(mutant.model_dump()) | set(mutant.when)) - parameters.keys())
        if unknown:
            raise lines.error([*path, index], f"the policy has no parameter {unknown[0]}")


def _refuse_other_stages(lines: LinedYaml, mutants: tuple[Mutant, ...], stages: tuple[str, ...]) -> None:
    for index, mutant in enumerate(mutants):
        others = sorted(set(mutant.stages or ()) - set(stages))
        if others:
            raise lines.error([index, "stages"], f"there is no stage {others[0]!r}: there is {' and '.join(stages)}")
