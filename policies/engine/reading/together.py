"""Several templates as one document: a stage of a system may have several stacks.

Names that two templates have are made different, so that nothing of one is taken for the other's. What a template
imports is the output that exports it: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any

from policies.engine.finding import TEMPLATE
from policies.engine.reading.imports import imported
from policies.engine.reading.refusal import NotTogether
from policies.engine.reading.renaming import Names, has_computed_map
from policies.engine.template.resource import LANGUAGE_EXTENSIONS, macros_of, mapping

Document = Mapping[str, Any]
# Facts of our own mark in which templates of one stage agree.
_FACTS = ("System", "Stage", "Region", "Account")
_SECTIONS = ("Parameters", "Mappings", "Conditions", "Rules", "Resources", "Outputs")


@dataclass(frozen=True)
class Together:
    """One document of several templates; `origin` names the template of each of its resources.

    `places` are the template and the own name of every entry by its section and its name in the document, `main` the
    first template, which answers for what is missing in all of them.
    """

    document: dict[str, Any]
    origin: Mapping[str, str]
    main: str
    places: Mapping[tuple[str, str], tuple[str, str]] = field(repr=False)

    def place(self, resource: str, path: str = "") -> tuple[str, str, str]:
        """Return of a place in the document its template, and the resource and the path in there."""
        if resource != TEMPLATE:
            template, own = self.places.get(("Resources", resource), (self.main, resource))
            return template, own, path
        section, _, rest = path.partition(".")
        name = rest.partition(".")[0].partition("[")[0]
        for key, prefix in (((section, name), f"{section}."), (("", section), "")):
            if key in self.places:
                template, own = self.places[key]
                return template, resource, f"{prefix}{own}{path[len(prefix) + len(key[1]) :]}"
        return self.main, resource, path

    def name_of(self, template: str, resource: str) -> str:
        """Return the name in the document of a template's resource."""
        return self._names.get((template, resource), resource)

    @cached_property
    def _names(self) -> Mapping[tuple[str, str], str]:
        return {place: name for (section, name), place in self.places.items() if section == "Resources"}


def together(documents: Mapping[str, Document]) -> Together:
    """Return templates, by their names, as one document; raise NotTogether, in one line, if they are of no one stage.

    The first one's metadata and names stay.
    """
    mark = _mark(documents)
    names = _names(documents)
    made: dict[str, Any] = {}
    places: dict[tuple[str, str], tuple[str, str]] = {}
    for (template, document), own in zip(documents.items(), names, strict=True):
        for key, value in document.items():
            if key in _SECTIONS and isinstance(value, Mapping):
                _add_section(made, places, (key, template), value, own)
            elif key in _SECTIONS or str(key).startswith("Fn::"):
                name = key if key in _SECTIONS else _free(key, made, own.suffix)
                # What is no section is unreadable, whatever another template has there.
                made[name], places["", name] = value, (template, key)
            elif key != "Transform":
                made.setdefault(key, value)
        if any(macro != LANGUAGE_EXTENSIONS for macro in macros_of(document)):
            places.setdefault(("", "Transform"), (template, "Transform"))
    macros = [macro for document in documents.values() for macro in macros_of(document)]
    made |= {"Transform": [one for place, one in enumerate(macros) if one not in macros[:place]]} if macros else {}
    if mark:
        made["Metadata"] = {**mapping(made.get("Metadata")), "Hallmark": mark}
    origin = {name: template for (section, name), (template, _) in places.items() if section == "Resources"}
    return Together(imported(made, places), origin, next(iter(documents)), places)


def _mark(documents: Mapping[str, Document]) -> dict[str, Any]:
    """Return the facts of all marks; raise NotTogether where two differ."""
    marks = {name: mapping(mapping(one.get("Metadata")).get("Hallmark")) for name, one in documents.items()}
    for fact in _FACTS:
        said = {name: str(mark[fact]) for name, mark in marks.items() if mark.get(fact)}
        refuse_difference(fact.lower(), said)
    found: dict[str, Any] = {}
    for mark in marks.values():
        found = {**mark, **found}
    return found


def refuse_difference(fact: str, said: Mapping[str, str]) -> None:
    """Raise NotTogether if a fact of templates, by their names, is not the same of all."""
    first = next(iter(said), "")
    other = next((name for name, value in said.items() if value != said[first]), None)
    if other is not None:
        problem = f"{first} is of {fact} {said[first]}, {other} of {fact} {said[other]}"
        raise NotTogether(f"{problem}: only the templates of one stage of one system are judged together")


def _names(documents: Mapping[str, Document]) -> Iterator[Names]:
    """Yield each template's new names: what another has before it, and what it names and only another has."""
    owned = [_own_names(document) for document in documents.values()]
    taken = [frozenset[str]().union(*(own[kind] for own in owned)) for kind in range(3)]
    every = frozenset[str]().union(*taken)
    for place, (document, own) in enumerate(zip(documents.values(), owned, strict=True)):
        earlier = [frozenset[str]().union(*(one[kind] for one in owned[:place])) for kind in range(3)]
        suffix = f"Of{place + 1}"
        ids, conditions, mappings = (
            {name: _free(name, every, suffix) for name in taken[kind] if name in earlier[kind] or name not in own[kind]}
            for kind in range(3)
        )
        if has_computed_map(dict(document)):
            suffix = _suffix(own[2], every, suffix)
            mappings = {name: f"{name}{suffix}" for name in taken[2]}
        # The first one's stack keeps its name.
        yield Names(ids, conditions, mappings, suffix, f"Of{place + 1}" if place else "")


def _own_names(document: Document) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    sections = {section: frozenset(map(str, mapping(document.get(section)))) for section in _SECTIONS}
    return sections["Resources"] | sections["Parameters"], sections["Conditions"], sections["Mappings"]


def _suffix(names: Iterable[str], taken: Iterable[str], suffix: str) -> str:
    known = frozenset(taken)
    longer = (f"{suffix}{'x' * more}" for more in count())
    return next(one for one in longer if not any(f"{name}{one}" in known for name in names))


def _free(name: str, taken: Iterable[str], suffix: str) -> str:
    """Return a name with a suffix that makes it one that nothing has."""
    others = (f"{name}{suffix}{'x' * more}" for more in count())
    return next(one for one in others if one not in taken)


def _add_section(
    made: dict[str, Any],
    places: dict[tuple[str, str], tuple[str, str]],
    whose: tuple[str, str],
    entries: Mapping[str, Any],
    names: Names,
) -> None:
    """Add a template's entries of a section, with their new names."""
    section, template = whose
    there = made.setdefault(section, {})
    if not isinstance(there, dict):
        return
    known = {"Resources": names.ids, "Parameters": names.ids, "Conditions": names.conditions}
    renamed = {"Mappings": names.mappings, **known}.get(section, {})
    for name, body in entries.items():
        new = renamed.get(name, name)
        new = new if new not in there else _free(str(name), there, names.suffix)
        places[section, new] = (template, name)
        there[new] = _renamed(section, body, names)


def _renamed(section: str, body: Any, names: Names) -> Any:
    match section:
        case "Resources" | "Outputs":
            return names.of_resource(body)
        case "Conditions" | "Rules":
            return names.of_condition(body)
        case "Mappings":
            return names.of(body)
        case _:
            return body
