"""Request bodies drawn from an API's own schema, and beside it.

Drawn with Hypothesis, which is here already, rather than with schemathesis: that one brings many packages and judges
an answer by the document alone, while a contract, written a second time, knows which fields an answer must name.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]
# Stands for an identifier of each request's own, which is put in when it is sent.
MARK = "FUZZMARK"
# Around a number that is to be written as it is, such as 1e400.
_FENCE = "\ue000"
_FENCED = re.compile(r'"(?:\\ue000|\ue000)([^"]*?)(?:\\ue000|\ue000)"')

text = st.text(max_size=70) | st.text(st.characters(), max_size=12)
_scalar = st.none() | st.booleans() | st.integers() | st.floats() | text
any_json = st.recursive(
    _scalar, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4), max_leaves=8
)
_digits = st.text("0123456789", min_size=1, max_size=24)


def as_written(number: str) -> str:
    """Return what stands for a number that is to be written as it is, such as 1e400."""
    return f"{_FENCE}{number}{_FENCE}"


written_number = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "-"]),
    st.integers(0, 10**11),
    st.just("") | _digits.map(".{}".format),
    st.just("") | st.builds("{}{}".format, st.sampled_from(["e", "E", "e-", "e+"]), st.integers(0, 420)),
).map(as_written)


@dataclass(frozen=True)
class Drawing:
    """What bodies are drawn from: the schema, values of its fields that the whole contract allows, and others.

    `of_type` has a strategy for each JSON type, for fields of which the schema says no more; `kept` are members that
    a body which fits the schema alone has in any case.
    """

    schema: Mapping[str, Any]
    valid: Mapping[str, Strategy]
    of_type: Mapping[str, Strategy]
    other_names: Sequence[str]
    kept: Mapping[str, Any]


def bodies(drawing: Drawing) -> st.SearchStrategy[bytes]:
    """Bodies around a schema: valid, valid for it alone, one field broken, any JSON, and text cut and spliced."""
    fields = drawing.schema["properties"]
    required = drawing.schema.get("required", [])
    as_described = {name: _of(field, drawing.of_type) for name, field in fields.items()}
    valid = _object(required, {**as_described, **drawing.valid})
    conforming = _object(required, as_described).map(lambda body: {**body, **drawing.kept})
    values = any_json | st.one_of(*drawing.of_type.values())
    replaced = st.builds(_with, valid, st.sampled_from(list(fields)[::-1]), values)
    without = st.builds(_without, valid, st.sampled_from(list(fields)[::-1]))
    more = st.builds(_with, valid, text | st.sampled_from(drawing.other_names), values)
    objects = st.one_of(valid, valid, conforming, replaced, replaced, without, more)
    written = st.builds(_written, objects | objects | objects | objects | any_json, st.booleans())
    spliced = st.builds(
        _spliced, written, st.integers(0, 400), st.integers(0, 3), text | st.sampled_from('{}[]",:\\0-')
    )
    texts = st.integers(0, 9).flatmap(lambda tenth: spliced if tenth == 9 else written)
    return texts.map(lambda body: body.encode("utf-8", "surrogatepass"))


def _of(field: Mapping[str, Any], of_type: Mapping[str, Strategy]) -> Strategy:
    if "pattern" in field:
        return st.from_regex(field["pattern"].removeprefix("^").removesuffix("$"), fullmatch=True)
    return of_type[field["type"]]


def _object(required: Sequence[str], strategies: Mapping[str, Strategy]) -> st.SearchStrategy[dict[str, Any]]:
    always = {name: strategies[name] for name in required}
    return st.fixed_dictionaries(always, optional={n: s for n, s in strategies.items() if n not in always})


def _with(body: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    return {**body, name: value}


def _without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {field: value for field, value in body.items() if field != name}


def _written(value: Any, ascii_only: bool) -> str:
    return _FENCED.sub(r"\1", json.dumps(value, ensure_ascii=ascii_only))


def _spliced(body: str, at: int, removed: int, inserted: str) -> str:
    return body[:at] + inserted + body[at + removed :]
