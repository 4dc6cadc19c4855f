"""The control catalogues and the policies' cards: requirements, reasons, and wanted proofs."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from hallmark.project import ROOT
from hallmark.yaml_lines import LinedYaml
from infra.errors import UserError
from policies.engine import cards, library, words
from policies.engine.parameters import Shape, problems, shapes
from policies.engine.parts import declared

CONTROLS = ROOT / "policies" / "controls"
ProofKind = Literal["template", "observed", "behaviour", "load"]
Text = Annotated[str, StringConstraints(min_length=1)]
ControlId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")]
PciId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}(\.[0-9]{1,2}){1,3}$")]
PolicyName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+/[a-z0-9_]+$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
Severity = Literal["low", "medium", "high", "critical"]
NistId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9]{1,2}(\([0-9]{1,2}\))?$")]


class Model(BaseModel):
    """A frozen model without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Proof(Model):
    """One kind of proof that a control asks for; `needsAws` is why the embedded stage cannot make it."""

    kind: ProofKind
    needs_aws: Annotated[Text | None, Field(alias="needsAws")] = None


class Frameworks(Model):
    """Requirement numbers of PCI DSS 4.0.1 and control ids of NIST SP 800-53 revision 5."""

    pci: Annotated[list[PciId], Field(min_length=1)]
    nist: Annotated[list[NistId], Field(min_length=1)]


class Exclusion(Model):
    """A mutant of a policy's card that a control leaves out, by its name, and why."""

    mutant: Text
    reason: Text


class Use(Model):
    """A policy of the library, its parameters, each one value or one for each stage, and what it `excludes`."""

    use: PolicyName
    parameters: dict[str, Any] = {}
    excludes: tuple[Exclusion, ...] = ()


class Example(Model):
    """Resources in which a policy finds nothing, by the parameters that it is given for them."""

    parameters: dict[str, Any] = {}
    resources: dict[str, dict[str, Any]]


class Card(Model):
    """What a policy is about: the fields that a row which uses it leaves out.

    `parameters` are the types of those that a row must give. `behaviours` are the rows of fidelity.yaml that its proofs
    rest on. `mutants` are read by `hallmark.mutants`. Texts may hold the words of policies/engine/words.py.
    """

    title: Text
    statement: Text
    severity: Severity
    anchor: Text
    why: Text
    fix: Text
    frameworks: Frameworks
    parameters: dict[str, Any]
    behaviours: tuple[Text, ...] = ()
    example: Example | None = None
    mutants: Any = None

    @property
    def shapes(self) -> dict[str, Shape]:
        """The types of the parameters by their names."""
        return shapes(self.parameters)

    @field_validator("parameters")
    @classmethod
    def _types(cls, declared: dict[str, Any]) -> dict[str, Any]:
        shapes(declared)
        return declared

    @model_validator(mode="after")
    def _texts_name_parameters(self) -> "Card":
        cards.refuse_unknown_parameters([getattr(self, name) for name in cards.TEXTS], self.shapes)
        return self


def _proof(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


Proofs = Annotated[list[Annotated[Proof, BeforeValidator(_proof)]], Field(min_length=1)]


class Row(Model):
    """A control's row in its catalogue; the card of its first policy has what it leaves out.

    `policy`, `parameters` and `excludes` are short for the only one of `policies`. `behaviours` are beside the cards'.
    """

    id: ControlId
    title: Text | None = None
    statement: Text | None = None
    severity: Severity | None = None
    anchor: Text | None = None
    policy: PolicyName | None = None
    policies: tuple[Use, ...] = ()
    parameters: dict[str, Any] = {}
    excludes: tuple[Exclusion, ...] = ()
    behaviours: tuple[Text, ...] = ()
    proofs: Proofs
    why: Text | None = None
    fix: Text | None = None
    frameworks: Frameworks | None = None

    @property
    def uses(self) -> tuple[Use, ...]:
        """The policies that judge templates."""
        own = (Use(use=self.policy, parameters=self.parameters, excludes=self.excludes),) if self.policy else ()
        return own or self.policies

    def place(self, number: int) -> list[str | int]:
        """Return the path in the row of one of the uses."""
        return [] if self.policy else ["policies", number]

    @model_validator(mode="after")
    def _proofs_differ(self) -> "Row":
        kinds = [proof.kind for proof in self.proofs]
        if len(set(kinds)) != len(kinds):
            raise ValueError("asks for the same proof twice")
        return self

    @model_validator(mode="after")
    def _policies_fit(self) -> "Row":
        judged = {"template", "observed"} & {proof.kind for proof in self.proofs}
        if self.policies and (self.policy or self.parameters or self.excludes):
            raise ValueError("wants either policy, parameters and excludes, or policies, each with its own")
        if "template" in judged and not self.uses:
            raise ValueError("asks for a template proof, and names no policy")
        if self.uses and not judged:
            raise ValueError("names a policy, and asks for no proof of it: template or observed")
        if self.excludes and not self.uses:
            raise ValueError("leaves out mutants, and names no policy")
        return self


class Control(Model):
    """A requirement that can be proved or fail."""

    id: ControlId
    title: Text
    statement: Text
    severity: Severity
    anchor: Text
    policies: tuple[Use, ...] = ()
    parameters: dict[str, Any] = {}
    proofs: list[Proof]
    why: Text
    fix: Text
    frameworks: Frameworks

    def asks_for(self, kind: ProofKind) -> bool:
        """Return whether the control needs a proof of this kind."""
        return any(proof.kind == kind for proof in self.proofs)


class Head(Model):
    """A system's region and stages, stated again here: the judge takes nothing from what it judges.

    `requirements` is how many the system's specification has; one control proves one of them. `parts` is which resource
    plays which part (policies/engine/parts.py).
    """

    region: Region
    stages: Annotated[tuple[Text, ...], Field(min_length=1)]
    requirements: Annotated[int, Field(strict=True, ge=1)] | None = None
    parts: dict[str, dict[str, dict[str, Any]]] = {}

    @model_validator(mode="after")
    def _parts_can_be_looked_for(self) -> "Head":
        declared(self.parts)
        return self


class Catalogue(Head):
    """The controls of one system; `behaviours` are ids of rows of fidelity.yaml, by the control that rests on them."""

    system: Text
    controls: tuple[Control, ...]
    behaviours: dict[str, tuple[str, ...]] = {}

    def control(self, control_id: str) -> Control:
        """Return the control with an id; raise UserError if there is none."""
        for control in self.controls:
            if control.id == control_id:
                return control
        raise UserError(f"there is no control {control_id} in policies/controls/{self.system}.yaml")

    def ending(self, words: str) -> Control | None:
        """Return the control whose id ends with these words; None without one."""
        return next((control for control in self.controls if control.id.endswith(words)), None)


Validated = TypeVar("Validated", bound=Model)


def systems(folder: Path = CONTROLS) -> list[str]:
    """Return the systems that have a catalogue, in alphabetical order."""
    return sorted(file.stem for file in folder.glob("*.yaml"))


@cache
def load(system: str, folder: Path = CONTROLS) -> Catalogue:
    """Return the catalogue of a system; raise UserError with file and line at the first mistake."""
    file = folder / f"{system}.yaml"
    if not file.is_file():
        known = ", ".join(systems(folder)) or "none"
        raise UserError(f"there is no catalogue for the system {system!r}: there is one for {known}")
    lines = LinedYaml(file)
    if not isinstance(lines.data, dict) or not lines.data.get("controls"):
        raise lines.error([], "wants the key `controls` with a list of controls, and region and stages")
    head = validated(lines, [], {key: value for key, value in lines.data.items() if key != "controls"}, Head)
    rows = validated_list(lines, ["controls"], lines.data["controls"], Row)
    if head.requirements is not None and head.requirements < len(rows):
        wanted = f"wants the number of the specification's requirements, {len(rows)} at least"
        raise lines.error(["requirements"], f"{wanted}, got {head.requirements!r}")
    _refuse_repeated_ids(lines, rows)
    _refuse_missing_policies(lines, rows)
    _refuse_wrong_parameters(lines, rows, head.stages)
    return Catalogue(
        system=system,
        controls=tuple(_control(lines, index, row, head, system) for index, row in enumerate(rows)),
        behaviours={row.id: tuple(dict.fromkeys((*_behaviours(row), *row.behaviours))) for row in rows},
        **head.model_dump(),
    )


def card(policy: str) -> Card:
    """Return the card of a policy; raise UserError with file and line at the first mistake."""
    return _card(cards.file_of(policy))


@cache
def _card(file: Path) -> Card:
    lines = LinedYaml(file)
    return validated(lines, [], lines.data, Card)


def _behaviours(row: Row) -> Iterator[str]:
    for use in row.uses:
        yield from card(use.use).behaviours


def _control(lines: LinedYaml, index: int, row: Row, head: Head, system: str) -> Control:
    """Return the control of a row, completed from its first policy's card."""
    said: dict[str, Any] = {name: getattr(row, name) for name in (*cards.TEXTS, "frameworks")}
    if row.uses:
        about, first = card(row.uses[0].use), row.uses[0].parameters
        meant = words.of_system(system, system.replace("_", "-"), head.region)
        texts = {name: words.sentence(getattr(about, name), meant, first, head.stages) for name in cards.TEXTS}
        said = {name: value or {**texts, "frameworks": about.frameworks}[name] for name, value in said.items()}
    missing = next((name for name, value in said.items() if value is None), None)
    if missing:
        raise lines.error(
            ["controls", index, missing], "the field is missing, and there is no policy whose card has it"
        )
    return Control(id=row.id, policies=row.uses, parameters=row.parameters, proofs=row.proofs, **said)


def validated_list(
    lines: LinedYaml, path: list[str | int], items: Any, model: type[Validated]
) -> tuple[Validated, ...]:
    """Return the models of a list in a file; raise UserError with file and line at the first mistake."""
    if not isinstance(items, list):
        raise lines.error(path, "wants a list")
    return tuple(validated(lines, [*path, index], item, model) for index, item in enumerate(items))


def validated(lines: LinedYaml, path: list[str | int], item: Any, model: type[Validated]) -> Validated:
    """Return the model of what is at a path of a file; raise UserError with file and line at the first mistake."""
    try:
        return model.model_validate(item)
    except ValidationError as error:
        first = error.errors()[0]
        raise lines.error([*path, *first["loc"]], _problem(first)) from None


def _problem(error: Any) -> str:
    wording = {"extra_forbidden": "there is no such field", "missing": "the field is missing"}
    problem = wording.get(error["type"], error["msg"].removeprefix("Value error, "))
    shown = error["input"]
    return f"{problem}, got {shown!r}" if isinstance(shown, str | int | float | bool) else problem


def _refuse_repeated_ids(lines: LinedYaml, rows: tuple[Row, ...]) -> None:
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if row.id in seen:
            raise lines.error(["controls", index, "id"], f"two controls have the id {row.id}")
        seen.add(row.id)


def _refuse_missing_policies(lines: LinedYaml, rows: tuple[Row, ...]) -> None:
    known = library.names()
    for index, row in enumerate(rows):
        for number, use in enumerate(row.uses):
            if use.use not in known:
                key = "policy" if row.policy else "use"
                problem = f"there is no policy {use.use}: policies/library/{use.use}.py is missing"
                raise lines.error(["controls", index, *row.place(number), key], problem)


def _refuse_wrong_parameters(lines: LinedYaml, rows: tuple[Row, ...], stages: tuple[str, ...]) -> None:
    for index, row in enumerate(rows):
        for number, use in enumerate(row.uses):
            for path, problem in problems(use.parameters, card(use.use).shapes, stages):
                place = ["controls", index, *row.place(number), "parameters", *path]
                raise lines.error(place, f"{problem} (policies/library/{use.use}.yaml)")
