"""Requests drawn around the API's contract: bodies of `POST /upload`, and ids in the path of `GET /status`."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from hypothesis import strategies as st

from tests.support import drawn_json
from tests.support.drawn_json import MARK, Drawing, Strategy, as_written, text, written_number

CARDS = ("4111111111111111", "4111 1111-1111.1111", "378282246310005", "\uff14\uff11\uff11\uff11" * 4, "٤١١١" * 4)
FORMULAS = ("=1+1", "+1", "-1", "@x", "\tx", "\rx")
UNSEEN = ("a\x00b", "\u202evsc", "a\u200bb", "\ufeffa", "a\x7f", "a\x85", "\ud800", "\udc00\ud800", "a\n")
FINE = (
    "a" * 200,
    "é" * 200,
    "🥐" * 200,
    "Zoë's 1.csv",
    "\u2028",
    "👨\u200d👩",
    "../../etc/passwd",
    "<b>&'\"",
    " a ",
    "%00",
    "#",
)
LONG = ("a" * 201, "🥐" * 201, "x" * 5_000)
_NAMES = st.sampled_from([*CARDS, *FORMULAS, *UNSEEN, *FINE, *LONG, "", MARK])
_DIGESTS = st.sampled_from(["0" * 63, "0" * 65, "A" * 64, "g" * 64, "0" * 64 + "\n", "\uff10" * 64])
_SIZES = ("-1", "10485761", "1.5", "1.0", "1e2", "1e400", "NaN", "Infinity", "-0", "01", "0x1", "1" * 5_000)
OTHER_NAMES = ("merchant", "key", "__proto__", "constructor", "FileName", "size ", "cvv", "filename", "", "a" * 5_000)

_VALID: dict[str, Strategy] = {
    "fileName": st.just(f"{MARK}.csv") | st.text("abc Zoë's 🥐", min_size=1, max_size=200),
    "size": st.integers(0, 10_485_760),
    "sha256": st.text("0123456789abcdef", min_size=64, max_size=64),
}
_OF_TYPE: dict[str, Strategy] = {
    "string": text | _NAMES | _DIGESTS,
    "integer": st.sampled_from(_SIZES).map(as_written) | written_number | st.integers(),
}


def bodies(schema: Mapping[str, Any]) -> st.SearchStrategy[bytes]:
    """Bodies around the schema, some of them with a name twice, not in UTF-8, or nested deeply."""
    around = drawn_json.bodies(Drawing(schema, _VALID, _OF_TYPE, OTHER_NAMES, {}))
    twice = st.builds(_twice, st.sampled_from(sorted(_VALID)), around)
    deep = st.builds(_deep, st.sampled_from(["[", '{"a":', '{"fileName":']), st.integers(1, 20_000), st.booleans())
    coded = st.builds(_coded, around, st.sampled_from(["utf-16", "utf-32", "utf-8-sig", "utf-7"]))
    cut = st.builds(_cut, around, st.integers(0, 80), st.sampled_from([b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\0"]))
    other = st.one_of(twice, deep, coded, cut, st.binary(max_size=40))
    return st.integers(0, 9).flatmap(lambda tenth: around if tenth else other)


def _twice(name: str, body: bytes) -> bytes:
    return b'{"%s": 1, "%s": 1, "x": %s}' % (name.encode(), name.encode(), body)


def _deep(opening: str, levels: int, is_closed: bool) -> bytes:
    closing = "]" if opening == "[" else "}"
    return (opening * levels + ("1" + closing * levels if is_closed else "")).encode()


def _coded(body: bytes, encoding: str) -> bytes:
    return body.decode("utf-8", "replace").encode(encoding)


def _cut(body: bytes, at: int, inserted: bytes) -> bytes:
    return body[:at] + inserted + body[at:]


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_ULID = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26)
_ids = st.one_of(
    st.text(_LETTERS + "_-", min_size=1, max_size=70).map(f"{MARK}{{}}".format),
    st.text(_LETTERS + "_-", min_size=6, max_size=66),
    _ULID.map("up_{}".format),
    _ULID.map("up_{}".format).map(str.lower),
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=20, max_size=30).map("up_{}".format),
    st.sampled_from(["up_", "UP_", "uP_", "up", "corner-shop#", "garden-market#"]).map(f"{{}}{MARK}".format),
    st.builds("{}#rejected#0000".format, _ULID.map("up_{}".format)),
    st.sampled_from(
        [f"{MARK}#alert", "..", ".", "../upload", "%", "%25", "a" * 8_000, "null", "undefined", "*", "{id}"]
    ),
    st.sampled_from(
        [*CARDS, *FORMULAS, "a\x00bcdefgh", "\u202evscabcd", "abcdefgh\n", "abcdefg h", "\uff41\uff42" * 4]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=70),
    st.text("абвгдежзικλμن中文🥐é", min_size=8, max_size=64),
)


def path_ids() -> st.SearchStrategy[str]:
    """Segments of a path: ids as a careful client encodes them, encoded more than needed, and bytes that are none."""
    careful = _ids.map(lambda path_id: quote(path_id, safe=""))
    every = _ids.map(lambda path_id: "".join(f"%{byte:02x}" for byte in path_id.encode()))
    raw = st.binary(min_size=1, max_size=30).map(lambda content: "".join(f"%{byte:02X}" for byte in content))
    return st.one_of(careful, careful, careful, every, raw)


def wanted_statuses(segment: str) -> set[int]:
    """Return what `GET /status/{segment}` may answer while nothing of that id is there."""
    path_id = unquote_to_bytes(segment)
    if b"/" in path_id or path_id in (b"", b".", b".."):
        # Not a route, or an id with a slash in it.
        return {400, 403, 404}
    is_upload = re.fullmatch(rb"up_[0-9A-HJKMNP-TV-Z]{26}", path_id)
    is_row = re.fullmatch(rb"[A-Za-z0-9][A-Za-z0-9_-]{7,63}", path_id) and not path_id.startswith(b"up_")
    return {404} if is_upload or is_row else {400}
