"""The resource that plays each part, as a catalogue declares it: by its wiring, helped by mark and name.

    parts:
      functions: {judge: {most_called_by: rules}, teller: {may: "sns:Publish"}}
      buses: {suspicions: {put_by: judge, calls: teller}}

Each resource collects points for each part: three for a clue of the wiring, two for the mark in our metadata, one for
its physical name. The most points get the part, so one broken wire changes no part.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from policies.engine.clues import CLUES
from policies.engine.kinds import BUCKET, BUS, FUNCTION, QUEUE, TABLES, TOPIC, WORKFLOW
from policies.engine.services.versions import whole_functions
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

# Kind of part -> what may play it.
KINDS = {
    "function": (FUNCTION,),
    "bus": (BUS,),
    "queue": (QUEUE,),
    "table": TABLES,
    "bucket": (BUCKET,),
    "topic": (TOPIC,),
    "workflow": (WORKFLOW,),
}
# The plural of each kind in a catalogue.
GROUPS = {"buses": "bus"} | {f"{kind}s": kind for kind in KINDS if kind != "bus"}
_WIRED, _MARKED, _NAMED = 3, 2, 1
# Kind -> part -> clue -> values.
Declared = Mapping[str, Mapping[str, Mapping[str, tuple[Any, ...]]]]


def kind_of(resource_type: str) -> str:
    """Return the kind of part that resources of a type may play; StopIteration for any other type."""
    return next(kind for kind, types in KINDS.items() if resource_type in types)


class NoPart(Exception):
    """A policy asks for a part that the catalogue does not declare; the message is one line."""


def declared(parts: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Declared:
    """Return the parts of a catalogue's head; raise ValueError, in one line, for an unknown kind, clue or part."""
    found = {
        _kind(group): {
            part: {clue: _values(clue, value) for clue, value in clues.items()} for part, clues in own.items()
        }
        for group, own in parts.items()
    }
    for group, own in parts.items():
        for part, clues in own.items():
            for clue in clues:
                for value in found[GROUPS[group]][part][clue]:
                    _check(f"{group}.{part}.{clue}", clue, value, found)
    return found


def _kind(group: str) -> str:
    if group not in GROUPS:
        raise ValueError(f"parts.{group}: not one of {', '.join(GROUPS)}")
    return GROUPS[group]


def _values(clue: str, value: Any) -> tuple[Any, ...]:
    """Return a clue's values: a list is several, but a table has one list of keys."""
    return tuple(value) if isinstance(value, list) and clue != "keys" else (value,)


def _check(place: str, name: str, value: Any, known: Declared) -> None:
    clue = CLUES.get(name)
    if clue is None:
        raise ValueError(f"parts.{place}: not one of the clues {', '.join(CLUES)}")
    if clue.values and value not in clue.values:
        raise ValueError(f"parts.{place}: {value} is not one of {', '.join(sorted(clue.values))}")
    if clue.of and value not in known.get(clue.of, {}):
        raise ValueError(f"parts.{place}: no {clue.of} plays the part {value}")


class Parts:
    """The parts of a template, resolved when first asked for."""

    def __init__(self, template: Template, parts: Declared) -> None:
        self._template, self._declared = template, parts
        self._players: dict[str, dict[str, Resource]] = {}
        self._looking: list[str] = []

    def players(self, kind: str) -> dict[str, Resource]:
        """Return the resources of a kind by part; a part without a resource is missing."""
        if kind in self._looking:
            raise NoPart(f"the parts of {' and '.join(self._looking)} wait for each other")
        if kind not in self._players:
            self._looking.append(kind)
            self._players[kind] = self._cast(kind)
            self._looking.remove(kind)
        return self._players[kind]

    def player(self, kind: str, part: str) -> Resource | None:
        """Return the resource of a kind that plays a part; raise NoPart if the catalogue declares no such part."""
        if part not in self._declared.get(kind, {}):
            raise NoPart(f"the catalogue declares no {kind} that plays {part}")
        return self.players(kind).get(part)

    def function(self, part: str) -> Resource | None:
        """Return the function that plays a part."""
        return self.player("function", part)

    def bus(self, part: str) -> Resource | None:
        """Return the bus that plays a part."""
        return self.player("bus", part)

    def _cast(self, kind: str) -> dict[str, Resource]:
        """Return one resource for each part and one part for each resource, the most points first."""
        ranked: list[tuple[int, str, Resource]] = []
        for part, clues in self._declared.get(kind, {}).items():
            wired = self._wired(clues)
            for resource in self._candidates(kind):
                score = wired[resource.logical_id] + self._said(resource, kind, part)
                if score:
                    ranked.append((score, part, resource))
        found: dict[str, Resource] = {}
        for _, part, resource in sorted(ranked, key=lambda row: -row[0]):
            if part not in found and resource not in found.values():
                found[part] = resource
        return found

    def _candidates(self, kind: str) -> list[Resource]:
        return whole_functions(self._template) if kind == "function" else self._template.of_type(*KINDS[kind])

    def _wired(self, clues: Mapping[str, tuple[Any, ...]]) -> Counter[str]:
        points = Counter[str]()
        for clue, values in clues.items():
            for value in values:
                candidates = CLUES[clue].find(self._template, value, self.player)
                for name in {one.logical_id for one in candidates if one}:
                    points[name] += _WIRED
        return points

    def _said(self, resource: Resource, kind: str, part: str) -> int:
        """Return the points for mark and name."""
        name = _plain(self._template.name(resource))
        marked = resource.mark in (part, f"{part}-{kind}")
        return (_MARKED if marked else 0) + (_NAMED if _plain(part) in name else 0)


def parts_of(template: Template, parts: Declared) -> Parts:
    """Return the parts of a template, resolved once."""
    return template.once(("parts", id(parts)), lambda: Parts(template, parts))


def _plain(name: str) -> str:
    return name.replace("-", "_")
