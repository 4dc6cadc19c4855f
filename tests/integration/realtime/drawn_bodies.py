"""Request bodies drawn from the API's own schema, and beside it.

Drawn with Hypothesis, which is here already, rather than with schemathesis: that one brings many packages and judges
an answer by the document alone, while the contract, written a second time, knows which fields an answer must name.
"""

import json
import re
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from tests.integration.realtime.breaking_bodies import (
    AMOUNTS,
    CARD,
    EXTRA_NAMES,
    NO_NUMBERS,
    NO_ZONES,
    TOO_FINE,
    TOO_LARGE,
)
from tests.integration.realtime.contract import TIME_ZONES

Strategy = st.SearchStrategy[Any]
# Stands for an identifier of each request's own, which is put in when it is sent.
MARK = "FUZZMARK"
# Around a number that is to be written as it is, such as 1e400.
_FENCE = "\ue000"
_FENCED = re.compile(r'"(?:\\ue000|\ue000)([^"]*?)(?:\\ue000|\ue000)"')

_text = st.text(max_size=70) | st.text(st.characters(), max_size=12)
_scalar = st.none() | st.booleans() | st.integers() | st.floats() | _text
any_json = st.recursive(
    _scalar, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_text, inner, max_size=4), max_leaves=8
)
_digits = st.text("0123456789", min_size=1, max_size=24)
_written_number = st.builds(
    f"{_FENCE}{{}}{{}}{{}}{{}}{_FENCE}".format,
    st.sampled_from(["", "-"]),
    st.integers(0, 10**11),
    st.just("") | _digits.map(".{}".format),
    st.just("") | st.builds("{}{}".format, st.sampled_from(["e", "E", "e-", "e+"]), st.integers(0, 420)),
)
_written_time = st.from_regex(
    r"(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]"
    r"(\.[0-9]{1,12})?([Zz]|[+-][0-2][0-9]:[0-6][0-9])",
    fullmatch=True,
)
_card = st.sampled_from([CARD, "4111-1111-1111-1111", "378282246310005", "a6011000990139424", "\u06644111111111111111"])
_near_miss = st.sampled_from(
    ["", " ", "null", "NaN", "a\x00b", "\u202emoc", "\ud800", "A" * 65, "EUR\n", "us-east-1 ", "e\u0301" * 40]
)
_no_zone = st.sampled_from(NO_ZONES)
_edge_number = st.sampled_from([*AMOUNTS, *TOO_LARGE, *TOO_FINE, *NO_NUMBERS]).map(f"{_FENCE}{{}}{_FENCE}".format)
_other_name = _text | st.sampled_from(EXTRA_NAMES)

# Where the schema says no more than `string` or `number`, what the rest of the contract allows.
_VALID: dict[str, Strategy] = {
    "transactionId": st.just(f"{MARK}-t"),
    "accountId": st.just(f"{MARK}-a"),
    "ts": st.datetimes(datetime(2000, 1, 2), datetime(2026, 1, 1)).map("{0:%Y-%m-%dT%H:%M:%S.%f}Z".format),
    "amount": st.integers(-(5 * 10**11), 5 * 10**11).map(lambda cents: cents / 100),
    "merchantId": st.just(f"{MARK}-m") | st.text("abc Zoë's Café 🥐٣", min_size=1, max_size=64),
    "cardholderTimeZone": st.sampled_from(sorted(TIME_ZONES)),
}
_OF_TYPE: dict[str, Strategy] = {
    "string": _text | _written_time | _card | _near_miss | _no_zone | st.just(MARK),
    "number": _edge_number
    | _written_number
    | st.integers(-(10**13), 10**13).map(lambda mills: mills / 1000)
    | st.integers(),
    "boolean": st.booleans(),
}


def bodies(schema: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """Bodies around a schema: valid, valid for it alone, one field broken, any JSON, and text cut and spliced."""
    fields = schema["properties"]
    as_described = {name: _of(field) for name, field in fields.items()}
    valid, conforming = _object(schema, {**as_described, **_VALID}), _object(schema, as_described)
    # An identifier that others may have drawn before would be a conflict.
    conforming = conforming.map(lambda body: {**body, "transactionId": f"{MARK}-t"})
    values = any_json | st.one_of(*_OF_TYPE.values())
    replaced = st.builds(_with, valid, st.sampled_from(list(fields)[::-1]), values)
    without = st.builds(_without, valid, st.sampled_from(list(fields)[::-1]))
    more = st.builds(_with, valid, _other_name, values)
    objects = st.one_of(valid, valid, conforming, replaced, replaced, without, more)
    written = st.builds(_written, objects | objects | objects | objects | any_json, st.booleans())
    spliced = st.builds(
        _spliced, written, st.integers(0, 400), st.integers(0, 3), _text | st.sampled_from('{}[]",:\\0-')
    )
    texts = st.integers(0, 9).flatmap(lambda tenth: spliced if tenth == 9 else written)
    return texts.map(lambda text: text.encode("utf-8", "surrogatepass"))


def _of(field: dict[str, Any]) -> Strategy:
    if "pattern" in field:
        return st.from_regex(field["pattern"].removeprefix("^").removesuffix("$"), fullmatch=True)
    return _OF_TYPE[field["type"]]


def _object(schema: dict[str, Any], strategies: dict[str, Strategy]) -> st.SearchStrategy[dict[str, Any]]:
    required = {name: strategies[name] for name in schema["required"]}
    return st.fixed_dictionaries(required, optional={n: s for n, s in strategies.items() if n not in required})


def _with(body: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    return {**body, name: value}


def _without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {field: value for field, value in body.items() if field != name}


def _written(value: Any, ascii_only: bool) -> str:
    return _FENCED.sub(r"\1", json.dumps(value, ensure_ascii=ascii_only))


def _spliced(text: str, at: int, removed: int, inserted: str) -> str:
    return text[:at] + inserted + text[at + removed :]
