"""Bodies that break parsers, each with a name."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CARD = "4111111111111111"


@dataclass(frozen=True)
class Named:
    """A whole body, or members of a valid one: for a name JSON text as it is, or several where the name is repeated."""

    name: str
    members: dict[str, str | list[str]] = field(default_factory=dict)
    whole: bytes | None = None
    accepted: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, valid: Mapping[str, Any]) -> bytes:
        """Return what is sent, with the other fields of a valid body."""
        if self.whole is not None:
            return self.whole
        texts = {**{name: json.dumps(value) for name, value in valid.items()}, **self.members}
        repeated = [(name, [text] if isinstance(text, str) else text) for name, text in texts.items()]
        members = [f"{json.dumps(name)}: {text}" for name, found in repeated for text in found]
        return ("{" + ", ".join(members) + "}").encode("utf-8", "surrogatepass")


def _nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def _shifted(zero: str) -> str:
    """The card number in the digits of another script."""
    return "".join(chr(ord(zero) + int(digit)) for digit in CARD)


NO_NUMBERS = [
    "NaN",
    "Infinity",
    "-Infinity",
    "null",
    "0x10",
    "01",
    "+1",
    ".5",
    "1.",
    "1_000",
    "12,50",
    '"12.50"',
    '"NaN"',
]
TOO_LARGE = [
    "1e400",
    "-1e400",
    "1e10",
    "5000000000.01",
    "-5000000001",
    "9007199254740993",
    "1e99999999999",
    "1" * 5_000,
]
TOO_FINE = ["1.005", "12.50000000000000001", "4999999999.999999999", "1e-400", "1e-99999999999", "0." + "1" * 400]
AMOUNTS = ["-0", "-0.00", "0e-400", "5e9", "-5e9", "4999999999.99", "1250e-2", "0.1" + "0" * 400]
WRONG_TYPES = [
    ("transactionId", "12345678"),
    ("accountId", '["account"]'),
    ("ts", "1763653207123"),
    ("currency", "840"),
    ("region", "true"),
    ("merchantId", "null"),
    ("merchantId", "[]"),
    ("merchantCategory", "[]"),
    ("cardNotPresent", '"true"'),
    ("cardNotPresent", "0"),
    ("country", '{"iso": "US"}'),
    ("cardholderTimeZone", "2"),
]
NO_DATES = [
    "2026-02-29",
    "2026-13-01",
    "2026-00-10",
    "2026-01-32",
    "0000-01-01",
    "-271821-04-20",
    "+12025-01-01",
    "2025-W01-1",
]
NO_TIMES = ["T24:00:00Z", "T00:60:00Z", "T23:59:60Z", "T00:00:00+24:00", "T00:00:00", "T00:00:00.Z", " 00:00:00Z", ""]
OUT_OF_RANGE = ["1999-12-31T23:59:59.999Z", "2999-01-01T00:00:00Z", "2000-01-01T00:30:00+01:00"]
TIMES = [
    "2024-02-29T23:59:59Z",
    "2000-01-01T00:00:00z",
    "1999-12-31T23:30:00-01:00",
    "2025-01-01t00:00:00.1234567890123Z",
]
MERCHANTS_REFUSED = ["", r"\ud800", r"\udc00\ud800", r"\u0000", r"a\u0000b", r"\u0085", r"\u2028", r"\n", r"\u001b[31m"]
NO_ZONES = [
    "utc",
    "europe/berlin",
    "Berlin",
    "PST",
    "+01:00",
    "UTC+1",
    "Europe/Berlin ",
    "America/Atlantis",
    "localtime",
]
INHERITED = ["__proto__", "constructor", "prototype", "hasOwnProperty", "toString"]
SENSITIVE = ["cvv", "CVV2", "card_verification_value", "security-code", "track2", "pan"]
COMPUTED = ["recentTxnCount", "localHour", "receivedAt", "contentHash", "trace"]
NEARLY_FIELDS = ["", "Amount", " amount", "amount\x00", "\u202eamount", "<b>"]
EXTRA_NAMES = [*INHERITED, *SENSITIVE, *COMPUTED, *NEARLY_FIELDS]
CARDS = [
    ("in merchantId", "merchantId", f'"{CARD}"'),
    ("in accountId", "accountId", f'"{CARD}"'),
    ("in transactionId", "transactionId", f'"{CARD}"'),
    ("in a category", "merchantCategory", f'"a{CARD}"'),
    ("in escapes", "merchantId", '"' + "".join(f"\\u{ord(digit):04x}" for digit in CARD) + '"'),
    ("with separators", "merchantId", '"4111 1111-1111.1111"'),
    ("in Arabic digits", "merchantId", f'"{_shifted(chr(0x660))}"'),
    ("in full width", "merchantId", f'"{_shifted(chr(0xFF10))}"'),
    ("as the amount", "amount", CARD),
    ("as a number", "note", CARD),
    ("as a name", CARD, "1"),
    ("deep inside", "note", f'{{"a": [{{"b": ["{CARD}"]}}]}}'),
]
CONTENT_TYPES = ["text/plain", "application/xml", "multipart/form-data", "application/json; charset=utf-16", "", "x"]
NAMED = [
    # No JSON, or no object.
    Named("empty", whole=b""),
    Named("blank", whole=b" \t\r\n"),
    Named("words", whole=b"amount=12.50&currency=USD"),
    Named("XML", whole=b"<?xml version='1.0'?><transaction><amount>1</amount></transaction>"),
    Named("half an object", whole=b'{"transactionId": "half-an-object"'),
    Named("two objects", whole=b"{}{}"),
    Named("comments", whole=b"{/* nothing */}"),
    Named("single quotes", whole=b"{'amount': 1}"),
    Named("trailing comma", whole=b'{"amount": 1,}'),
    Named("null", whole=b"null"),
    Named("true", whole=b"true"),
    Named("a number", whole=b"12.5"),
    Named("a text", whole=b'"text"'),
    Named("array at the top", whole=b"[{}]"),
    Named("empty object", whole=b"{}"),
    Named("bytes that are no UTF-8", whole=b'{"merchantId": "\xff\xfe\xc0\x80"}'),
    Named("a surrogate in a name", {"merchantId": '"\ud800"'}),
    Named("what stands for bytes that were no UTF-8", {"merchantId": '"\ufffd"'}),
    Named("the same, meant", {"merchantId": r'"\ufffd"'}, accepted=True),
    Named("control bytes", whole=bytes(range(32))),
    # Size and depth.
    Named("300 KB of one letter", whole=b"x" * 300_000),
    Named("300 KB in a field", {"merchantId": f'"{"y" * 300_000}"'}),
    Named("300 KB of blanks around", {"amount": " " * 300_000 + "1"}),
    Named("300 KB in a key", {"k" * 300_000: "1"}),
    Named("20,000 keys", whole=b"{" + b",".join(b'"k%d":1' % number for number in range(20_000)) + b"}"),
    Named("2,000 unknown fields", {f"unknown{number}": "1" for number in range(2_000)}),
    Named("10,000 arrays at the top", whole=_nested(10_000).encode()),
    Named("10,000 open arrays", whole=b"[" * 10_000),
    Named("10,000 arrays in a field", {"note": _nested(10_000)}),
    Named("10,000 objects in a field", {"note": '{"a":' * 10_000 + "1" + "}" * 10_000}),
    Named("500 arrays in a field", {"note": _nested(500)}),
    # Numbers.
    *(Named(f"amount {text[:24]}", {"amount": text}) for text in [*NO_NUMBERS, *TOO_LARGE, *TOO_FINE]),
    *(Named(f"amount {text[:24]}", {"amount": text}, accepted=True) for text in AMOUNTS),
    # Wrong types.
    *(Named(f"{name} {text}", {name: text}) for name, text in WRONG_TYPES),
    # Times.
    *(Named(f"ts {date}", {"ts": f'"{date}T00:00:00Z"'}) for date in NO_DATES),
    *(Named(f"ts at {time}", {"ts": f'"2016-12-31{time}"'}) for time in NO_TIMES),
    *(Named(f"ts {time}", {"ts": f'"{time}"'}) for time in OUT_OF_RANGE),
    *(Named(f"ts {time}", {"ts": f'"{time}"'}, accepted=True) for time in TIMES),
    *(Named(f"zone {zone}", {"cardholderTimeZone": f'"{zone}"'}) for zone in NO_ZONES),
    # Unicode.
    *(Named(f"merchantId {text or 'empty'}", {"merchantId": f'"{text}"'}) for text in MERCHANTS_REFUSED),
    Named("merchantId of 65 emoji", {"merchantId": f'"{"🥐" * 65}"'}),
    Named("merchantId of 65 with combining marks", {"merchantId": f'"{"e" + chr(0x301) * 64}"'}),
    Named("merchantId of 64 emoji", {"merchantId": f'"{"🥐" * 64}"'}, accepted=True),
    Named("merchantId from right to left", {"merchantId": '"\\u202eمتجر\\u202c"'}, accepted=True),
    Named("merchantId with combining marks", {"merchantId": f'"Z{chr(0x308) * 40}"'}, accepted=True),
    Named("merchantId of a family", {"merchantId": '"👨\u200d👩\u200d👧"'}, accepted=True),
    Named("full-width identifier", {"accountId": '"\uff41\uff43\uff43\uff4f\uff55\uff4e\uff54"'}),
    Named("Cyrillic currency", {"currency": '"U\u0405D"'}),
    Named("identifier with a line end", {"accountId": '"account-1\\n"'}),
    # Names.
    *(Named(f"extra {name!a}", {name: '"x"'}) for name in EXTRA_NAMES),
    Named("polluted prototype", {"__proto__": '{"amount": 1, "admin": true}'}),
    Named("__proto__ instead of the fields", whole=b'{"__proto__": {"transactionId": "from-the-prototype"}}'),
    Named("the amount twice, the first one bad", {"amount": ["1e400", "1"]}, accepted=True),
    Named("the amount twice, the last one bad", {"amount": ["1", "1e400"]}),
    # Card numbers.
    *(Named(f"card number {where}", {name: text}) for where, name, text in CARDS),
    Named("card number that another value replaces", {"merchantId": [f'"{CARD}"', '"m-1"']}, accepted=True),
    # Headers.
    *(
        Named(f"Content-Type {kind or 'empty'}", {"amount": '"12"'}, headers={"content-type": kind})
        for kind in CONTENT_TYPES
    ),
    Named("gzip", whole=gzip.compress(b'{"amount": 1}'), headers={"content-encoding": "gzip"}),
    Named("gzip without saying so", whole=gzip.compress(b'{"amount": 1}')),
    Named("UTF-16", whole='{"amount": 1}'.encode("utf-16")),
    Named("UTF-8 with a byte order mark", whole=b'\xef\xbb\xbf{"amount": 1}'),
]
