"""The control catalogue: what must hold, and which proofs it needs."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from hallmark.project import ROOT
from hallmark.yaml_lines import LinedYaml
from infra.errors import UserError
from policies.engine import library
from policies.engine.parts import declared

CONTROLS = ROOT / "policies" / "controls"
ProofKind = Literal["template", "observed", "behaviour", "load"]
Text = Annotated[str, StringConstraints(min_length=1)]
ControlId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")]
PciId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}(\.[0-9]{1,2}){1,3}$")]
PolicyName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+/[a-z0-9_]+$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
NistId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9]{1,2}(\([0-9]{1,2}\))?$")]


class Model(BaseModel):
    """Frozen, and no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Proof(Model):
    """One kind of proof that a control asks for; `needsAws` is why the embedded stage cannot make it."""

    kind: ProofKind
    needs_aws: Annotated[Text | None, Field(alias="needsAws")] = None


class Frameworks(Model):
    """Requirement numbers of PCI DSS 4.0.1 and control ids of NIST SP 800-53 revision 5."""

    pci: Annotated[list[PciId], Field(min_length=1)]
    nist: Annotated[list[NistId], Field(min_length=1)]


class Use(Model):
    """A policy of the library and its parameters: each one value, or one for each stage."""

    use: PolicyName
    parameters: dict[str, Any] = {}


def _proof(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


class Control(Model):
    """One requirement as something that can be proved or fail; `policy` is short for the only one of `policies`."""

    id: ControlId
    title: Text
    statement: Text
    severity: Literal["low", "medium", "high", "critical"]
    anchor: Text
    policy: PolicyName | None = None
    policies: tuple[Use, ...] = ()
    parameters: dict[str, Any] = {}
    proofs: Annotated[list[Annotated[Proof, BeforeValidator(_proof)]], Field(min_length=1)]
    why: Text
    fix: Text
    frameworks: Frameworks

    @property
    def uses(self) -> tuple[Use, ...]:
        """The policies that judge templates."""
        return (Use(use=self.policy, parameters=self.parameters),) if self.policy else self.policies

    def asks_for(self, kind: ProofKind) -> bool:
        """Whether the control needs a proof of this kind."""
        return any(proof.kind == kind for proof in self.proofs)

    @model_validator(mode="after")
    def _proofs_differ(self) -> "Control":
        kinds = [proof.kind for proof in self.proofs]
        if len(set(kinds)) != len(kinds):
            raise ValueError("asks for the same proof twice")
        return self

    @model_validator(mode="after")
    def _policies_fit(self) -> "Control":
        if self.policies and (self.policy or self.parameters):
            raise ValueError("wants either policy and parameters, or policies, each with its own parameters")
        if self.asks_for("template") and not self.uses:
            raise ValueError("asks for a template proof, and names no policy")
        if self.uses and not (self.asks_for("template") or self.asks_for("observed")):
            raise ValueError("names a policy, and asks for no proof of it: template or observed")
        return self


class Head(Model):
    """A system's region and stages, stated again here: what judges takes them from nothing that it judges.

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
    """The controls of one system."""

    system: Text
    controls: tuple[Control, ...]

    def control(self, control_id: str) -> Control:
        """The control with an id; raises UserError if there is none."""
        for control in self.controls:
            if control.id == control_id:
                return control
        raise UserError(f"there is no control {control_id} in policies/controls/{self.system}.yaml")

    def ending(self, words: str) -> Control | None:
        """The control whose id ends so; None when there is none."""
        return next((control for control in self.controls if control.id.endswith(words)), None)


Validated = TypeVar("Validated", bound=Model)


def systems(folder: Path = CONTROLS) -> list[str]:
    """Return the systems that have a catalogue, in alphabetical order."""
    return sorted(file.stem for file in folder.glob("*.yaml"))


@cache
def load(system: str, folder: Path = CONTROLS) -> Catalogue:
    """The catalogue of a system; raises UserError with file and line at the first mistake."""
    file = folder / f"{system}.yaml"
    if not file.is_file():
        known = ", ".join(systems(folder)) or "none"
        raise UserError(f"there is no catalogue for the system {system!r}: there is one for {known}")
    lines = LinedYaml(file)
    if not isinstance(lines.data, dict) or not lines.data.get("controls"):
        raise lines.error([], "wants the key `controls` with a list of controls, and region and stages")
    head = validated(lines, [], {key: value for key, value in lines.data.items() if key != "controls"}, Head)
    controls = validated_list(lines, ["controls"], lines.data["controls"], Control)
    if head.requirements is not None and head.requirements < len(controls):
        wanted = f"wants the number of the specification's requirements, {len(controls)} at least"
        raise lines.error(["requirements"], f"{wanted}, got {head.requirements!r}")
    _refuse_repeated_ids(lines, controls)
    _refuse_missing_policies(lines, controls)
    return Catalogue(system=system, controls=controls, **head.model_dump())


def validated_list(
    lines: LinedYaml, path: list[str | int], items: Any, model: type[Validated]
) -> tuple[Validated, ...]:
    """The models of a list in a file; raises UserError with file and line at the first mistake."""
    if not isinstance(items, list):
        raise lines.error(path, "wants a list")
    return tuple(validated(lines, [*path, index], item, model) for index, item in enumerate(items))


def validated(lines: LinedYaml, path: list[str | int], item: Any, model: type[Validated]) -> Validated:
    """The model of what is at a path of a file; raises UserError with file and line at the first mistake."""
    try:
        return model.model_validate(item)
    except ValidationError as error:
        first = error.errors()[0]
        raise lines.error([*path, *first["loc"]], _problem(first)) from None


def _problem(error: Any) -> str:
    wording = {"extra_forbidden": "there is no such field", "missing": "the field is missing"}
    told = wording.get(error["type"], error["msg"].removeprefix("Value error, "))
    shown = error["input"]
    return f"{told}, got {shown!r}" if isinstance(shown, str | int | float | bool) else told


def _refuse_repeated_ids(lines: LinedYaml, controls: tuple[Control, ...]) -> None:
    seen: set[str] = set()
    for index, control in enumerate(controls):
        if control.id in seen:
            raise lines.error(["controls", index, "id"], f"two controls have the id {control.id}")
        seen.add(control.id)


def _refuse_missing_policies(lines: LinedYaml, controls: tuple[Control, ...]) -> None:
    known = library.names()
    for index, control in enumerate(controls):
        for number, use in enumerate(control.uses):
            if use.use not in known:
                place: list[str | int] = ["policy"] if control.policy else ["policies", number, "use"]
                problem = f"there is no policy {use.use}: policies/library/{use.use}.py is missing"
                raise lines.error(["controls", index, *place], problem)
