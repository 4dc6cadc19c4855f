"""The contract of `POST /transactions` written a second time: which bodies are accepted, which fields are named.

It is what docs/realtime.md says. Nothing is taken from the functions: where the two disagree, one is wrong.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import available_timezones

LARGEST_BODY = 64 * 1024
# Not names of the IANA database, and one zone that is newer than Node.js 18's data.
TIME_ZONES = available_timezones() - {"Factory", "localtime", "America/Coyhaique"}
AHEAD = timedelta(minutes=5)
# The pattern of section 5.6 of RFC 3339; a leap second cannot be said in UTC milliseconds.
RFC_3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))", re.ASCII
)
UUID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])", re.IGNORECASE)
DATE = re.compile(r"20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
TOKENS = {"transactionId", "accountId"}


class NoObjectError(Exception):
    """The body is not a JSON object in UTF-8 of at most 64 KiB."""


def parse(body: bytes) -> dict[str, Any]:
    """Return the object in the body, numbers as decimals; NoObjectError where RFC 8259 or the limit says no."""

    def refuse(constant: str) -> None:
        raise NoObjectError(constant)

    if len(body) > LARGEST_BODY:
        raise NoObjectError("too large")
    try:
        text = body.decode("utf-8")
        value = json.loads(text, parse_float=_number, parse_int=_number, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise NoObjectError(type(error).__name__) from None
    if not isinstance(value, dict) or "\ufffd" in text:
        raise NoObjectError("no object, or damaged text")
    return value


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        # An exponent beyond Decimal's: too large to be an amount, or too small to have two decimals only.
        return Decimal("Infinity")


def broken_fields(body: Mapping[str, Any], now: datetime) -> set[str]:
    """Return the names that the answer must give: fields that break their rule, and those that are none."""
    broken = {name if _is_plain(name) else "unknown field" for name in body if name not in FIELDS}
    for name, (required, holds) in FIELDS.items():
        if name not in body:
            broken |= {name} if required else set()
        elif not holds(body[name], now) or (name != "ts" and _holds_card(name, body[name])):
            broken.add(name)
    return broken


def _is_plain(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,63}", name) is not None and not has_card_number(name)


def _matches(pattern: str) -> Callable[[Any, datetime], bool]:
    return lambda value, now: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _time(value: Any, now: datetime) -> bool:
    match = RFC_3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return False
    *date_and_time, fraction, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) if sign else timedelta()
    try:
        local = datetime(*map(int, date_and_time), tzinfo=timezone(-offset if sign == "-" else offset))
        instant = local.astimezone(UTC) + timedelta(milliseconds=int((fraction or "0").ljust(3, "0")[:3]))
    except (ValueError, OverflowError):
        return False
    return datetime(2000, 1, 1, tzinfo=UTC) <= instant <= now + AHEAD


def _amount(value: Any, now: datetime) -> bool:
    if not isinstance(value, Decimal) or not -5_000_000_000 <= value <= 5_000_000_000:
        return False
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    written = "".join(map(str, digits))
    decimals = -exponent - (len(written) - len(written.rstrip("0")))
    return value == 0 or decimals <= 2


def _merchant(value: Any, now: datetime) -> bool:
    controls = {"Cc", "Cs", "Zl", "Zp"}
    return isinstance(value, str) and 1 <= len(value) <= 64 and not controls & set(map(unicodedata.category, value))


# The field, whether it is required, and its rule.
FIELDS: dict[str, tuple[bool, Callable[[Any, datetime], bool]]] = {
    "transactionId": (True, _matches("[A-Za-z0-9_-]{8,64}")),
    "accountId": (True, _matches("[A-Za-z0-9_-]{6,64}")),
    "ts": (True, _time),
    "amount": (True, _amount),
    "currency": (True, _matches("[A-Z]{3}")),
    "region": (True, _matches("[a-z]{2}(-[a-z]+)+-[0-9]")),
    "merchantId": (False, _merchant),
    "merchantCategory": (True, _matches("[a-z][a-z0-9-]{1,31}")),
    "cardNotPresent": (True, lambda value, now: isinstance(value, bool)),
    "country": (True, _matches("[A-Z]{2}")),
    "cardholderTimeZone": (True, lambda value, now: isinstance(value, str) and value in TIME_ZONES),
}


def _holds_card(field: str, value: Any) -> bool:
    return any(has_card_number(text, token=field in TOKENS) for text in leaves(value))


def leaves(value: Any) -> Iterator[str]:
    """Every name and text of a parsed body: no number that is a valid amount has 13 digits."""
    pending = [value]
    while pending:
        inner = pending.pop()
        if isinstance(inner, dict):
            yield from inner
            pending += inner.values()
        elif isinstance(inner, list):
            pending += inner
        elif isinstance(inner, str):
            yield inner


def has_card_number(text: str, token: bool = False) -> bool:
    """Whether a run of digits in the text is a card number; `token`: longer numbers are not searched inside."""
    text = UUID.sub(lambda uuid: "u" if re.search("[a-f]", uuid[0], re.IGNORECASE) else uuid[0], text)
    plain = "".join(
        " " * unicodedata.category(char).startswith("L") or str(unicodedata.decimal(char, "/"))
        for char in unicodedata.normalize("NFKC", text)
    )
    return any(_run_is_card(re.findall("[0-9]+", run), token) for run in plain.split(" "))


def _run_is_card(groups: list[str], token: bool) -> bool:
    whole = "".join(groups)
    candidates = list(groups)
    if len(groups) == 1 or not DATE.match(whole):
        candidates.append(whole)
    spans = ("".join(groups[start:end]) for start in range(len(groups)) for end in range(start + 1, len(groups) + 1))
    candidates += [span for span in spans if re.match("[3-6]|2[2-7]", span)]
    if len(whole) > 19 and not token:
        candidates += [whole[at : at + 16] for at in range(len(whole) - 15) if whole[at] in "23456"]
        candidates += [whole[at : at + 15] for at in range(len(whole) - 14) if whole[at] == "3"]
    return any(13 <= len(digits) <= 19 and _luhn(digits) for digits in candidates)


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0
