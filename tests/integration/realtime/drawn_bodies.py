"""Request bodies drawn from the API's own schema, and beside it."""

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
from tests.support import drawn_json
from tests.support.drawn_json import MARK, Drawing, Strategy, as_written, text, written_number

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
_edge_number = st.sampled_from([*AMOUNTS, *TOO_LARGE, *TOO_FINE, *NO_NUMBERS]).map(as_written)

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
    "string": text | _written_time | _card | _near_miss | _no_zone | st.just(MARK),
    "number": _edge_number
    | written_number
    | st.integers(-(10**13), 10**13).map(lambda mills: mills / 1000)
    | st.integers(),
    "boolean": st.booleans(),
}


def bodies(schema: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """Bodies around the schema; an identifier that others may have drawn before would be a conflict."""
    kept = {"transactionId": f"{MARK}-t"}
    return drawn_json.bodies(Drawing(schema, _VALID, _OF_TYPE, EXTRA_NAMES, kept))
