"""A catalogue for any template: rows over the library's policies, with parameters of their own.

    title: What our team asks for
    controls:
      - {id: BUCKET_PRIVATE, policy: buckets/private}
      - {id: FN_MEMORY, policy: functions/memory, parameters: {memory_mb: 512}, severity: low, fix: Set MemorySize.}

What a row leaves out comes from the card of its first policy. Standard library and PyYAML only.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from hallmark.yaml_lines import LinedYaml
from infra.errors import UserError
from policies.engine import cards, library, words
from policies.engine.catalogue import READY, Catalogue, Control, Use
from policies.engine.judgement import Judgement
from policies.engine.parameters import Shape, problems
from policies.engine.parts import declared

# The rule of what cannot be judged, for waivers and SARIF.
LIMIT = "LIMIT"
_HEAD: Mapping[str, type] = {"title": str, "parts": dict, "controls": list}
_TEXTS = ("title", "statement", "why", "fix")
_ROW: Mapping[str, type] = {
    "id": str, "policy": str, "policies": list, "parameters": dict, "severity": str, "frameworks": dict,
    "sources": list, **dict.fromkeys(_TEXTS, str),
}  # fmt: skip
_USE: Mapping[str, type] = {"use": str, "parameters": dict}
_KINDS = {str: "a text", dict: "a mapping", list: "a list"}
_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*([_.-][A-Za-z0-9]+)*")
# A place in the project's own tree: it says nothing to other templates.
_OWN_PLACE = re.compile(r"\s*\([^()]*\binfra/[^()]*\)")
Place = Sequence[str | int]


@dataclass(frozen=True)
class Row:
    """A control of a catalogue for any template; `line` is where its row begins, `sources` the pages it rests on."""

    id: str
    title: str
    statement: str
    severity: str
    why: str
    fix: str
    line: int
    judgement: Judgement = field(repr=False)
    frameworks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ready:
    """A catalogue by the name or the file that it was asked for by."""

    name: str
    file: str
    title: str
    rows: tuple[Row, ...]


def ready_names() -> list[str]:
    """Return the names of the catalogues that come with the project."""
    return sorted(file.stem for file in READY.glob("*.yaml"))


def find(name: str) -> Path:
    """Return the file of a catalogue by its name or path; raise UserError without one."""
    if name in ready_names():
        return READY / f"{name}.yaml"
    file = Path(name)
    if file.is_file():
        return file
    known = ", ".join(ready_names())
    raise UserError(f"there is no catalogue {name}: name a file, or one that is ready: {known}")


@cache
def load(file: Path, name: str) -> Ready:
    """Return a catalogue; raise UserError, in one line with file, line and row, at the first mistake."""
    lines = LinedYaml(file)
    _fields(lines, (), lines.data, _HEAD, ("controls",), "a catalogue")
    if not lines.data["controls"]:
        raise lines.error(["controls"], "has no row: there is nothing to judge by")
    parts = lines.data.get("parts", {})
    try:
        places = declared(parts)
    except (ValueError, TypeError, AttributeError) as error:
        raise lines.error(["parts"], str(error)) from None
    catalogue = Catalogue("", "", (), {}, parts, portable=True)
    rows: dict[str, Row] = {}
    for index, raw in enumerate(lines.data["controls"]):
        row = _row(lines, index, raw, catalogue, places)
        if row.id in rows:
            raise lines.error(["controls", index, "id"], f"two rows have the id {row.id}")
        rows[row.id] = row
    title = lines.data.get("title") or f"The rows of {name}"
    return Ready(name, lines.place(()).rpartition(":")[0], title, tuple(rows.values()))


def _row(lines: LinedYaml, index: int, raw: Any, catalogue: Catalogue, parts: Any) -> Row:
    place = ("controls", index)
    _fields(lines, place, raw, _ROW, ("id",), "a row")
    if not _ID.fullmatch(raw["id"]):
        raise lines.error([*place, "id"], f"wants letters and digits, with single _, - or . between, got {raw['id']!r}")
    if raw["id"] == LIMIT:
        raise lines.error([*place, "id"], f"{LIMIT} is what cannot be judged: choose another id")
    if raw.get("severity", cards.SEVERITIES[0]) not in cards.SEVERITIES:
        raise _error(lines, (*place, "severity"), raw, f"wants one of {', '.join(cards.SEVERITIES)}")
    _texts_of(lines, (*place, "sources"), raw, raw.get("sources", []))
    for key, ids in raw.get("frameworks", {}).items():
        _texts_of(lines, (*place, "frameworks", key), raw, ids)
    uses = [_use(lines, raw, where, policy, given) for where, policy, given in _named(lines, place, raw)]
    card = cards.card(uses[0].policy)
    said = {name: raw.get(name) or portable(_filled(getattr(card, name), uses[0].parameters)) for name in _TEXTS}
    said["fix"] = said["fix"] or f"Make it so: {said['statement']}"
    control = Control(raw["id"], said["title"], said["fix"], tuple(uses))
    judged = tuple((use, library.policy(use.policy)) for use in uses)
    return Row(
        raw["id"],
        severity=raw.get("severity") or card.severity,
        line=lines.line(place),
        judgement=Judgement(control, catalogue, judged, parts),
        frameworks=raw.get("frameworks") or card.frameworks,
        sources=tuple(raw.get("sources", ())),
        **said,
    )


def _named(lines: LinedYaml, place: Place, raw: Mapping[str, Any]) -> Iterator[tuple[Place, Any, Any]]:
    """Yield the path, name and parameters of each policy of a row."""
    if ("policy" in raw) == ("policies" in raw):
        raise _error(lines, place, raw, "wants either `policy`, with `parameters`, or `policies`")
    if "policy" in raw:
        yield (*place, "policy"), raw["policy"], raw.get("parameters", {})
        return
    if "parameters" in raw or not raw["policies"]:
        problem = "each of `policies` has parameters of its own" if raw["policies"] else "names no policy"
        raise _error(lines, (*place, "policies"), raw, problem)
    for number, one in enumerate(raw["policies"]):
        where = (*place, "policies", number)
        _fields(lines, where, one, _USE, ("use",), f"{raw['id']}: a policy of a row")
        yield (*where, "use"), one["use"], one.get("parameters", {})


def _use(lines: LinedYaml, raw: Mapping[str, Any], where: Place, policy: str, given: Mapping[str, Any]) -> Use:
    if policy not in library.names():
        close = nearest(policy, library.names())
        raise _error(lines, where, raw, f"there is no policy {policy}{f': did you mean {close}?' if close else ''}")
    about = cards.card(policy)
    for path, problem in problems(given, about.parameters, ()):
        raise _error(lines, (*where[:-1], "parameters", *path), raw, f"{policy}: {problem}")
    fix = raw.get("fix") or portable(_filled(about.fix, given)) or f"Make it so: {_filled(about.statement, given)}"
    return Use(policy, fix, given)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the names that a word may mean, the nearest first; empty without any."""
    names = {one.lower(): one for one in known}
    close = difflib.get_close_matches(word.lower(), names, 3, 0.5)
    close += [one for one in sorted(names) if one not in close and word.lower() in re.split(r"[/_.-]", one)]
    return ", ".join(names[one] for one in close[:3])


def _filled(text: str, parameters: Mapping[str, Any]) -> str:
    return words.sentence(text, words.of_system("", "", ""), parameters, ())


def portable(text: str) -> str:
    """Return a card's text without places of the project's own tree; empty where it is about nothing else."""
    left = _OWN_PLACE.sub("", text)
    return "" if "infra/" in left else left


def _fields(
    lines: LinedYaml, place: Place, raw: Any, known: Mapping[str, type], wanted: Sequence[str], what: str
) -> None:
    """Refuse what is no mapping, and an unknown, missing or empty field, or one of another form."""
    if not isinstance(raw, Mapping):
        raise lines.error(place, f"{what} is a mapping with {', '.join(wanted)}, got {raw!r}")
    for key, value in raw.items():
        if key not in known:
            raise _error(lines, (*place, str(key)), raw, f"{what} has no field {key}; it has {', '.join(known)}")
        if not isinstance(value, known[key]) or (known[key] is str and not value.strip()):
            raise _error(lines, (*place, key), raw, f"wants {_KINDS[known[key]]}, got {value!r}")
    for key in wanted:
        if key not in raw:
            raise lines.error(place, f"{what} wants the field {key}")


def _texts_of(lines: LinedYaml, place: Place, raw: Mapping[str, Any], values: Any) -> None:
    if not isinstance(values, list) or not all(isinstance(one, str) and one for one in values):
        raise _error(lines, place, raw, f"wants a list of texts, got {values!r}")


def _error(lines: LinedYaml, place: Place, raw: Mapping[str, Any], problem: str) -> UserError:
    row = raw.get("id")
    return lines.error(place, f"{row}: {problem}" if isinstance(row, str) and row else problem)


def types_of(policy: str) -> list[str]:
    """Return the types of resources that a policy judges; empty for the template as a whole."""
    return [kind for kind in library.policy(policy).scope if kind != "*"]


def shape_text(shape: Shape) -> str:
    """Return a parameter's type as people write it."""
    return f"{shape.text.removesuffix('?')}{', optional' if shape.optional else ''}"
