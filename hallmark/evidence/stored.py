"""Evidence as it is used: every digest is computed again, and what does not match is refused, with the reason.

Whoever can write build/ and compute every digest anew can forge it: digests find mistakes and single edits. What is
cheap to judge again, the report judges again. To exclude forgery, run the gates where nobody else writes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hallmark.evidence import manifest
from hallmark.evidence.inputs import LOCKS, TRUNK, Inputs, digest_of, inputs_of, listed, part_of
from hallmark.evidence.manifest import Manifest
from hallmark.evidence.record import EVIDENCE, Evidence, file_of, label_of, listing_of, now, read
from hallmark.evidence.recorder import outcome_of
from hallmark.evidence.substance import lack, surplus
from hallmark.project import ROOT
from infra.errors import UserError
from infra.systems import NAMES, system_of


@dataclass(frozen=True)
class Stored:
    """The evidence about a system that is as its gates left it and follows from this tree; by gate, why not."""

    accepted: tuple[Evidence, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tree:
    """The checkout as it is now: the templates' digests by name, those of the system; the inputs of its gates."""

    system: str
    templates: Mapping[str, str]
    folder: Path = EVIDENCE
    root: Path = ROOT

    def inputs(self, gate: str) -> Inputs:
        """Return the inputs of a gate about the system, as they are now."""
        return inputs_of(gate, self.system, self.root)


def stored(tree: Tree) -> Stored:
    """Return all evidence about a system and of the house, in the order of the gates' start."""
    accepted: list[Evidence] = []
    refused: dict[str, str] = {}
    with manifest.locked(tree.folder, shared=True):
        try:
            rows = manifest.read(tree.folder)
        except UserError:
            rows, unreadable = Manifest(), f"{label_of(manifest.file_of(tree.folder))} cannot be read"
        else:
            unreadable = ""
        for gate, system in _gates(rows, tree):
            found = _of_gate(gate, system, rows, tree)
            if isinstance(found, Evidence):
                accepted.append(found)
            else:
                refused[gate] = unreadable or found
    return Stored(tuple(sorted(accepted, key=lambda item: item.started)), refused)


def _gates(rows: Manifest, tree: Tree) -> list[tuple[str, str | None]]:
    """Return the gates that the manifest lists or that have a file, of the house and of the system.

    A system's share of a gate of the house stands in its place.
    """
    listed = [(gate, system) for gate, system in rows.gates if system in (None, tree.system)]
    for system in (None, tree.system):
        files = sorted(file_of("x", system, tree.folder).parent.glob("*.json"))
        listed += [(file.stem, system) for file in files if file != manifest.file_of(tree.folder)]
    own = {gate for gate, system in listed if system}
    return [one for one in dict.fromkeys(listed) if one[1] or one[0] not in own]


def damage(gate: str, system: str | None, folder: Path = EVIDENCE) -> str:
    """Return how a gate's evidence is not as the gate left it; empty where it is, whatever changed since."""
    with manifest.locked(folder, shared=True):
        try:
            found = _as_left(gate, system, manifest.read(folder), folder)
        except UserError as error:
            return str(error)
    return found if isinstance(found, str) else ""


def problem(gate: str, system: str | None, tree: Tree) -> str:
    """Return why a gate's evidence is refused, as the report about the tree's system refuses it; empty if it counts."""
    with manifest.locked(tree.folder, shared=True):
        found = _of_gate(gate, system, manifest.read(tree.folder), tree)
    return found if isinstance(found, str) else ""


def _of_gate(gate: str, system: str | None, rows: Manifest, tree: Tree) -> Evidence | str:
    """Return a gate's evidence, or why it is refused."""
    found = _as_left(gate, system, rows, tree.folder)
    return found if isinstance(found, str) else next(_problems(*found, tree), found[0])


def _as_left(gate: str, system: str | None, rows: Manifest, folder: Path) -> tuple[Evidence, Inputs] | str:
    """Return a gate's evidence with its inputs then, or how its files are not as it left them."""
    file, listing = (of(gate, system, folder) for of in (file_of, listing_of))
    digests = rows.of(gate, system)
    if not manifest.file_of(folder).exists():
        return f"{label_of(manifest.file_of(folder))} is gone"
    if label_of(file) not in digests:
        return "the manifest does not list it: it was not made here, or the manifest was changed"
    for path in (file, listing):
        if why := _differs(path, digests.get(label_of(path))):
            return f"{label_of(path)} {why}"
    try:
        evidence = read(file)
        inputs = listed(listing.read_text(encoding="utf-8"))
    except UserError as error:
        return str(error)
    except ValueError:
        return f"{label_of(listing)} is no listing of inputs"
    own = {label_of(path): digests[label_of(path)] for path in (file, listing)}
    if evidence.system != system or {**evidence.files, **own} != digests:
        return "the manifest lists other files than it"
    return evidence, inputs


def _problems(evidence: Evidence, inputs: Inputs, tree: Tree) -> Iterator[str]:
    yield from contradictions(evidence, inputs)
    yield from (f"{path} is outside of the checkout" for path in evidence.files if not _inside(path))
    yield from _changed_inputs(evidence, inputs, tree)
    yield from _other_templates(evidence, tree)
    for path, digest in sorted(evidence.files.items()):
        if concerns(path, tree.system) and (why := _differs(tree.root / path, digest)):
            yield f"{path} {why}"


def contradictions(evidence: Evidence, inputs: Inputs) -> Iterator[str]:
    """Yield where evidence disagrees with itself."""
    if (latest := max((evidence.started, *(proof.time or "" for proof in evidence.proofs)))) > now():
        yield f"it is from the future, {latest}"
    if evidence.outcome == "passed" and (lacking := lack(evidence)):
        yield f"it says `passed`, and {lacking}"
    if evidence.outcome == "passed" and outcome_of(evidence) == "failed":
        yield "it says `passed`, and holds a failure"
    yield from surplus(evidence)
    if not (evidence.user and evidence.host and evidence.versions.get("python")):
        yield "it does not say who made it, where, and with which tools"
    if inputs.parts != dict(evidence.inputs):
        yield "its digests of inputs are not those of their listing"
    files = evidence.files
    for proof in evidence.proofs:
        for path, digest in {**proof.together_with, proof.file: proof.sha256}.items():
            if files[path] != digest:
                yield f"it has two digests of {path}"
    if evidence.load and (evidence.load.target, evidence.load.system) != (evidence.target, evidence.system):
        yield "its load run is of another stage"


def _inside(path: str) -> bool:
    return not Path(path).is_absolute() and ".." not in Path(path).parts


def _changed_inputs(evidence: Evidence, then: Inputs, tree: Tree) -> Iterator[str]:
    current, parts = tree.inputs(evidence.gate), (LOCKS, TRUNK, tree.system)
    if all(current.parts.get(part) == evidence.inputs.get(part) for part in parts):
        return
    before, after = then.of(parts), current.of(parts)
    changed = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    first = changed[0]
    if len(changed) > 1:
        yield f"made before {first} and other files were changed"
        return
    how = "added" if first not in before else "deleted" if first not in after else "changed"
    yield f"made before {first} was {how}"


def _other_templates(evidence: Evidence, tree: Tree) -> Iterator[str]:
    """Yield a template that is another; evidence of the house also covers other systems', which are not compared."""
    if not evidence.templates and evidence.gate == "lint":
        return
    names = {*tree.templates, *evidence.templates} if evidence.system else {*tree.templates}
    other = sorted(name for name in names if tree.templates.get(name) != evidence.templates.get(name))
    if other:
        yield f"made on another template of {other[0]}"


def concerns(path: str, system: str) -> bool:
    """Return whether a file that evidence rests on is the system's, or of no system."""
    if path.startswith("build/"):
        slugs = {name: f"-{system_of(name).slug}-" for name in NAMES}
        names = [name for name, slug in slugs.items() if slug in f"-{Path(path).name}"]
        return not names or max(names, key=len) == system
    return part_of(path) in (LOCKS, TRUNK, system)


def _differs(path: Path, digest: str | None) -> str:
    """Return how a file differs from its digest; empty when it does not."""
    if path.is_symlink():
        return "was replaced by a link"
    try:
        current = digest_of(path)
    except OSError:
        return "is gone"
    return "" if current == digest else "was changed after the gate had run"
