"""A YAML reader that accepts what CloudFormation does, event by event: without recursion or duplicated values.

CloudFormation accepts YAML 1.1 without aliases, hash merges, and the tags binary, omap, pairs, set and timestamp:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from policies.engine.reading.refusal import DEEPEST, LONGEST_NUMBER, Path, Unreadable, at, starts_with

_TAG = "tag:yaml.org,2002:"
_COLLECTIONS = {f"{_TAG}map", f"{_TAG}seq", "!", None}
_SCALARS = {f"{_TAG}{name}" for name in ("str", "null", "bool", "int", "float")}
# What a key may not be, as CloudFormation reads it, and what to write instead.
_NO_KEYS = {f"{_TAG}int": "number", f"{_TAG}float": "number", f"{_TAG}null": "null", f"{_TAG}bool": "flag"}


def loader(patterns: Mapping[str, str]) -> Any:
    """Return a safe loader that recognises implicit types (`bool`, `timestamp`) by other patterns; by '' not at all.

    https://yaml.org/type/
    """
    changed = {f"tag:yaml.org,2002:{name}": pattern for name, pattern in patterns.items()}

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        yaml_implicit_resolvers = {  # noqa: RUF012 - the name and form that PyYAML wants
            first: [
                (tag, re.compile(changed[tag]) if tag in changed else pattern)
                for tag, pattern in resolvers
                if changed.get(tag) != ""
            ]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    return Loader


# A date, `=` and `<<` are texts.
_Loader = loader({"timestamp": "", "value": "", "merge": ""})


def read_yaml(text: str) -> Any:
    """Return the value of a YAML text; raise Unreadable with one line that says why CloudFormation would refuse it."""
    try:
        return _Reading().document(yaml.parse(text, _Loader))
    except yaml.reader.ReaderError:
        bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
        place = bad.start() if bad else 0
        raise at(text, place, f"is not YAML: it has the control character U+{ord(text[place]):04X}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = " ".join(str(error.problem or "cannot be parsed").split())
        raise Unreadable(f"is not YAML: {problem}{where}") from None


def place_in_yaml(text: str, path: Path) -> int:
    """Return the offset at which a value begins, or the longest part of its path that is there."""
    best, found = 0, -1
    for here, offset in _places(yaml.parse(text, _Loader)):
        if len(here) > found and starts_with(path, here):
            best, found = offset, len(here)
    return best


def _places(events: Iterator[yaml.Event]) -> Iterator[tuple[Path, int]]:
    """Yield every value's path and where it begins; a key's, in a mapping."""
    # The keys, or numbers of items, on the way to the next value; None for a key that comes next.
    way: list[str | int | None] = []
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            way.pop()
        elif isinstance(event, yaml.NodeEvent) and way and way[-1] is None and isinstance(event, yaml.ScalarEvent):
            way[-1] = event.value
            continue
        elif isinstance(event, yaml.NodeEvent):
            if way and isinstance(way[-1], int):
                way[-1] += 1
            assert event.start_mark is not None
            yield tuple(step for step in way if step is not None), event.start_mark.index
            if isinstance(event, yaml.CollectionStartEvent):
                way.append(None if isinstance(event, yaml.MappingStartEvent) else -1)
                continue
        else:
            continue
        if way and isinstance(way[-1], str):
            way[-1] = None


class _Open:
    """A mapping or a list that has not ended."""

    def __init__(self, event: yaml.CollectionStartEvent) -> None:
        self.event = event
        self.value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        # In a mapping: the key whose value comes next.
        self.key: str | None = None

    def wants_key(self) -> bool:
        return self.key is None and isinstance(self.value, dict)

    def add(self, item: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(item)
        elif self.key is not None:
            self.value[self.key] = item
            self.key = None


class _Reading:
    """The state while a text is read: open collections, the innermost last."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._loader = _Loader("")
        self._plain: dict[str, Any] = {}

    def document(self, events: Iterator[yaml.Event]) -> Any:
        document, documents = None, 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _at(event, "holds a second document")
            elif isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                done, value = self._value(event)
                if done and self._open:
                    self._open[-1].add(value)
                elif done:
                    document = value
        return document

    def _value(self, event: yaml.Event) -> tuple[bool, Any]:
        """Return whether an event ends a value, and the value."""
        if isinstance(event, yaml.CollectionEndEvent):
            ended = self._open.pop()
            return True, _tagged(ended.event, ended.value, _COLLECTIONS)
        if isinstance(event, yaml.AliasEvent):
            raise _at(event, f"has the alias *{event.anchor}, which CloudFormation does not take,")
        if self._open and self._open[-1].wants_key():
            self._open[-1].key = self._key(event, self._open[-1])
            return False, None
        if isinstance(event, yaml.ScalarEvent):
            return True, self._scalar(event)
        assert isinstance(event, yaml.CollectionStartEvent)
        if len(self._open) == DEEPEST:
            raise _at(event, f"is nested too deeply, more than {DEEPEST} times,")
        self._open.append(_Open(event))
        return False, None

    def _key(self, event: yaml.Event, mapping: _Open) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.tag not in (None, "!", f"{_TAG}str"):
            raise _at(event, "has a key that is not a text")
        if event.value == "<<" and event.implicit[0]:
            raise _at(event, "has a merge, <<, which CloudFormation does not take,")
        tag = self._loader.resolve(yaml.ScalarNode, event.value, event.implicit) if event.implicit[0] else None
        if tag in _NO_KEYS:
            kind, text = _NO_KEYS[tag], event.value
            raise _at(event, f"has the {kind} {text} as a key, where CloudFormation takes texts only (write '{text}'),")
        if event.value in mapping.value:
            raise _at(event, f'has the key "{event.value}" twice in one mapping, again')
        return str(event.value)

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        value = event.value
        if event.implicit[0]:
            if value not in self._plain:
                tag = self._loader.resolve(yaml.ScalarNode, value, event.implicit)
                self._plain[value] = self._typed(event, tag)
            return self._plain[value]
        if event.tag in _SCALARS:
            return self._typed(event, event.tag)
        return _tagged(event, value, {"!", None})

    def _typed(self, event: yaml.ScalarEvent, tag: str) -> Any:
        if tag == f"{_TAG}str":
            return event.value
        if len(event.value) > LONGEST_NUMBER:
            raise _at(event, f"has a number of more than {LONGEST_NUMBER} digits")
        try:
            value = self._loader.construct_object(yaml.ScalarNode(tag, event.value))
        except (ValueError, LookupError):
            raise _at(event, f"has no {tag.removeprefix(_TAG)} that can be read") from None
        if isinstance(value, float) and not math.isfinite(value):
            raise _at(event, f"has the number {event.value}, which no JSON has,")
        return value


def _tagged(event: yaml.ScalarEvent | yaml.CollectionStartEvent, value: Any, without: set[str | None]) -> Any:
    """Return a value under its tag: CloudFormation's functions have short forms."""
    if event.tag in without:
        return value
    name = str(event.tag).removeprefix("!")
    if name == event.tag:
        raise _at(event, f"has the tag {name.replace(_TAG, '!!')}, which CloudFormation does not take,")
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


def _at(event: yaml.Event, problem: str) -> Unreadable:
    assert event.start_mark is not None
    return Unreadable(f"{problem} in line {event.start_mark.line + 1}, column {event.start_mark.column + 1}")
