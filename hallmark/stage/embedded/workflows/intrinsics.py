"""The intrinsic functions of states in JSONPath.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

import base64
import hashlib
import json
import math
import random
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hallmark.stage.embedded.workflows.failures import Failed

FAILURE = "States.IntrinsicFailure"
DEEPEST, LONGEST_TEXT, LONGEST_RANGE = 10, 10_000, 1_000
_WORDS = {"true": True, "false": False, "null": None}
# A path ends where its argument does, but for what stands in brackets.
_PARTS = re.compile(
    r"\s*(?:(?P<name>States\.\w+)\s*\(|'(?P<text>(?:\\.|[^'\\])*)'|(?P<path>\$(?:\[[^\]]*\]|[^,()\[\]\s])*)"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>true|false|null)\b|(?P<mark>[,)]))\s*"
)


@dataclass(frozen=True)
class Call:
    """A call of a function by its name, with its arguments."""

    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Path:
    """An argument that stands in the data or in the context object."""

    text: str


@dataclass(frozen=True)
class Text:
    """An argument in quotation marks, as it is written."""

    written: str

    @property
    def value(self) -> str:
        """The text without the backslashes before what they protect."""
        return re.sub(r"\\(.)", r"\1", self.written)


@lru_cache(maxsize=1024)
def parsed(text: str) -> Call:
    """Return the call that a text is; ValueError for any other text."""
    call, end = _argument(text, 0, 1)
    if not isinstance(call, Call) or end != len(text):
        raise ValueError("it is not one call of an intrinsic function")
    return call


def _argument(text: str, start: int, depth: int) -> tuple[Any, int]:
    found = _PARTS.match(text, start)
    if found is None or found["mark"]:
        raise ValueError(f"there is no argument at character {start + 1}")
    if found["name"]:
        return _call(text, found["name"], found.end(), depth)
    if found["path"]:
        return Path(found["path"]), found.end()
    if found["number"]:
        return json.loads(found["number"]), found.end()
    if found["word"]:
        return _WORDS[found["word"]], found.end()
    return Text(found["text"]), found.end()


def _call(text: str, name: str, place: int, depth: int) -> tuple[Call, int]:
    if name not in FUNCTIONS:
        raise ValueError(f"there is no function {name}")
    if depth > DEEPEST:
        raise ValueError(f"more than {DEEPEST} functions are nested")
    arguments: list[Any] = []
    mark = _PARTS.match(text, place)
    while not (mark and mark["mark"] == ")" and not arguments):
        value, place = _argument(text, place, depth + 1)
        arguments.append(value)
        mark = _PARTS.match(text, place)
        if mark is None or not mark["mark"]:
            raise ValueError(f"{name} has no end")
        if mark["mark"] == ")":
            break
        place = mark.end()
    counts = FUNCTIONS[name][1]
    if len(arguments) not in counts:
        raise ValueError(f"{name} does not take {len(arguments)} arguments")
    return Call(name, tuple(arguments)), mark.end()


def computed(call: Call, look: Callable[[str], Any]) -> Any:
    """Return the value of a call, whose paths `look` finds; Failed for values that the function does not take."""

    def value(one: Any) -> Any:
        if isinstance(one, Call):
            return computed(one, look)
        return look(one.text) if isinstance(one, Path) else one

    # Only Format gives backslashes a meaning of its own.
    arguments = [value(one) for one in call.arguments]
    template = call.name == "States.Format" and isinstance(arguments[0], Text)
    plain = [one.value if isinstance(one, Text) else one for one in arguments]
    if template:
        plain[0] = arguments[0].written
    try:
        return FUNCTIONS[call.name][0](*plain)
    except (ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
        raise Failed(FAILURE, f"{call.name}: {error}") from error


def _need(kind: type | tuple[type, ...], value: Any) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"{json.dumps(value)[:80]} is of a type that it does not take")
    return value


def _whole(value: Any) -> int:
    """Return an integer; others are rounded."""
    return math.floor(_need((int, float), value) + 0.5)


def _short(value: Any) -> str:
    if len(_need(str, value)) > LONGEST_TEXT:
        raise ValueError(f"the text has more than {LONGEST_TEXT} characters")
    return str(value)


def _format(template: Any, *values: Any) -> str:
    parts = re.findall(r"\\.|\{\}|[{}]|[^\\{}]+|\\", _need(str, template), re.DOTALL)
    if parts.count("{}") != len(values):
        raise ValueError("the number of values is not that of the placeholders")
    left = iter(values)

    def shown(value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    return "".join(
        shown(next(left)) if part == "{}" else part[1:] if len(part) == 2 and part[0] == "\\" else part
        for part in parts
    )


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _contains(array: Any, wanted: Any) -> bool:
    return any(_same(one, wanted) for one in _need(list, array))


def _unique(array: Any) -> list[Any]:
    found: list[Any] = []
    for one in _need(list, array):
        if not _contains(found, one):
            found.append(one)
    return found


def _partition(array: Any, size: Any) -> list[Any]:
    if (step := _whole(size)) < 1:
        raise ValueError("the size of a part is not positive")
    return [array[start : start + step] for start in range(0, len(_need(list, array)), step)]


def _range(first: Any, last: Any, step: Any) -> list[int]:
    by = _whole(step)
    found = range(_whole(first), _whole(last) + (1 if by > 0 else -1), by)
    if len(found) > LONGEST_RANGE:
        raise ValueError(f"the range has more than {LONGEST_RANGE} values")
    return list(found)


def _item(array: Any, index: Any) -> Any:
    if _need(int, index) < 0:
        raise IndexError("the index is negative")
    return _need(list, array)[index]


def _hash(value: Any, algorithm: Any) -> str:
    name = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}[algorithm]
    return hashlib.new(name, _short(value).encode()).hexdigest()


def _merge(one: Any, other: Any, deep: Any) -> Any:
    if deep is not False:
        raise ValueError("only a merge that is not deep is supported")
    return {**_need(dict, one), **_need(dict, other)}


def _decode(value: Any) -> str:
    text = _short(value)
    return base64.b64decode(text + "=" * (-len(text) % 4)).decode()


def _split(text: Any, marks: Any) -> list[str]:
    found = re.split(f"[{re.escape(_need(str, marks))}]", _need(str, text)) if marks else [text]
    return [part for part in found if part]


def _random(first: Any, last: Any, seed: Any = None) -> int:
    source = random.Random(_whole(seed)) if seed is not None else random.Random()
    return source.randint(_whole(first), _whole(last))


# Each with the numbers of arguments that it takes.
FUNCTIONS: dict[str, tuple[Callable[..., Any], range]] = {
    "States.Array": (lambda *values: list(values), range(1000)),
    "States.ArrayPartition": (_partition, range(2, 3)),
    "States.ArrayContains": (_contains, range(2, 3)),
    "States.ArrayRange": (_range, range(3, 4)),
    "States.ArrayGetItem": (_item, range(2, 3)),
    "States.ArrayLength": (lambda array: len(_need(list, array)), range(1, 2)),
    "States.ArrayUnique": (_unique, range(1, 2)),
    "States.Base64Encode": (lambda text: base64.b64encode(_short(text).encode()).decode(), range(1, 2)),
    "States.Base64Decode": (_decode, range(1, 2)),
    "States.Hash": (_hash, range(2, 3)),
    "States.JsonMerge": (_merge, range(3, 4)),
    "States.StringToJson": (lambda text: json.loads(_need(str, text)), range(1, 2)),
    "States.JsonToString": (
        lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False),
        range(1, 2),
    ),
    "States.MathRandom": (_random, range(2, 4)),
    "States.MathAdd": (lambda one, other: _whole(one) + _whole(other), range(2, 3)),
    "States.StringSplit": (_split, range(2, 3)),
    "States.UUID": (lambda: str(uuid.uuid4()), range(1)),
    "States.Format": (_format, range(1, 1000)),
}
