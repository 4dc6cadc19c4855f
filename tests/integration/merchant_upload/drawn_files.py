"""CSV files that Hypothesis draws: good ones, and everything that a merchant, or an attacker, makes of them."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

CREATED = datetime(2026, 11, 20, 15, 40, 7, 123_456, tzinfo=UTC)
CARDS = (
    *("4111111111111111", "4111-1111_1111-1111", "3782 822463 10005", "5555\t5555\t5555\t4444", "a4222222222222"),
    *("\uff14\uff11\uff11\uff11" * 4, "٤١١١" * 4, "\u32b6" + "\u246a" * 7, "2026-4111111111111111", "41" * 8 + "0000"),
    *("9" * 8 + "4222222222222", "20261120-154004", "41111111-1111-1111-1111-111111111111", "4111x1111x1111x1111"),
    *("DE89370400440532013000", "DE00 4111 1111 1111 1111", "txn_41111111-1111-1111-a111-111111111111"),
)
_ODD = (
    *("", " ", "=1+1", "+1", "-1", "@x", "\tx", "\r\nx", " x", "x ", "x\u00a0", "\u00a0x", "x\x07", "\x85", "x\u2028y"),
    *(
        "a\nb",
        "a\r\nb",
        'say "no"',
        "a,b",
        '"',
        ",",
        "x" * 1_000,
        "x" * 1_001,
        "é" * 65,
        "\U0001f4b3",
        "\ufeff",
        "\u200b",
    ),
)
_GOOD: dict[str, tuple[str, ...]] = {
    "transaction_id": ("txn-0001", "A" * 64, "0e9f2c1a-7b3d-4f60-8a21-5c6d7e8f9012", "order_7_of_9"),
    "timestamp": ("2026-11-20T15:40:07Z", "2024-02-29T23:59:59.9999+23:59", "2000-01-01T00:00:00-00:00"),
    "card_token": ("tok_a1", "t" * 64, "tok-4111x"),
    "amount": ("12.50", "-0.01", "7", "000000000001.5", "999999999999.99", "12.5", "3.125", "0.0001"),
    "currency": ("USD", "EUR", "JPY", "KWD", "CLF", "UYW", "XOF"),
    "country": ("US", "DE", "GB", "AQ"),
    "merchant_category": ("grocery", "gift-cards", "a" * 32, "a1"),
    "card_present": ("true", "false"),
    "time_zone": ("Europe/Amsterdam", "UTC", "America/Argentina/Buenos_Aires", "US/Eastern", ""),
}
_WRONG: dict[str, tuple[str, ...]] = {
    "transaction_id": (
        "up_01ARZ3NDEK",
        "short-7",
        "A" * 65,
        "-begins-so",
        "_begins-so",
        "has space",
        "has.dot.s",
        "idé-0001",
    ),
    "timestamp": (
        *("2026-11-20t15:40:07Z", "2026-11-20T15:40:07z", "2026-11-20T15:40:07", "2026-11-20T15:40Z", "2026-11-20"),
        *("2026-11-20 15:40:07Z", "2026-11-20T24:00:00Z", "2026-12-31T23:59:60Z", "2026-02-29T00:00:00Z", "1.7e12"),
        *("2026-11-20T15:40:07.Z", "2026-11-20T15:40:07,5Z", "2026-11-20T15:40:07+24:00", "2026-11-20T15:40:07+0100"),
        *("1999-12-31T23:59:59.999Z", "2000-01-01T00:00:00+00:01", "1999-12-31T23:59:59-00:01", "0000-01-01T00:00:00Z"),
        *(
            "2026-11-20T15:45:07.123Z",
            "2026-11-20T15:45:07.1239Z",
            "2026-11-20T15:45:07.124Z",
            "9999-12-31T23:59:59-23:59",
        ),
        *("\u0662026-11-20T15:40:07Z", "2026-11-20T15:40:07+\uff10\uff11:00", "0001-01-01T00:00:00+23:59"),
        *(
            "2026-11-20T15:40:07Z\n",
            "2026-13-01T00:00:00Z",
            "20261120T154007Z",
            "+2026-11-20T15:40:07Z",
            "2026-11-20T15:40:61Z",
        ),
    ),
    "card_token": ("tok_a", "t" * 65, "tok a1b2", "tok\n123", "up_tok"),
    "amount": (
        *(
            "0",
            "-0.00",
            "+1",
            "1e3",
            "NaN",
            "Infinity",
            "1,000.00",
            "12,5",
            ".5",
            "5.",
            "--1",
            "1_000",
            "$5",
            "٣",
            "\uff11",
        ),
        *("1000000000000", "0000000000001", "1.234", "1.23456", "7.0", "0x10", "1 000", "- 1", "1.2.3", "-", "12.5\n"),
    ),
    "currency": ("usd", "BGN", "HRK", "ANG", "XAU", "XXX", "XTS", "US", "USDX", "\uff35SD", "EUR\n"),
    "country": ("us", "UK", "EU", "XK", "USA", "ZZ", "\uff35S", "İS", "D"),
    "merchant_category": ("Grocery", "g", "a" * 33, "-food", "gift cards", "gift_cards", "1food", "bücher"),
    "card_present": ("True", "TRUE", "1", "yes", "wahr", "true\n"),
    "time_zone": (
        "europe/amsterdam",
        "PST",
        "Factory",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe/",
        "Mars/Base",
        "+01:00",
    ),
}
_HEADERS = (
    *("cvv", "CVC", "Pan", "card number", "card_cvv2", "track", "Track 1", "\uff43\uff56\uff56", "4111111111111111"),
    *("", "memo", "Amount", "amount", "\tamount", "amount ", "span", "a\nb", "x" * 1_001),
)
_CHUNKS = (
    *(b'"', b"\0", b"\r", b"\n", b"\r\n", b",", b",,", b'""', b'"x"', b'",', b"\xff", b"\xc0\x80", b"\xed\xa0\x80"),
    *(b"\xef\xbb\xbf", b"\xc3", b"\x1a", b"\t", b"\x0b", b"\x0c", b"\xe2\x80\xa8", b"\xf4\x90\x80\x80", b" "),
)


@st.composite
def _cell(draw: Any, name: str) -> str:
    kind = draw(st.sampled_from(["good"] * 24 + ["wrong"] * 4 + ["odd", "card", "text"]))
    if kind == "text":
        return str(draw(st.text(max_size=24)))
    good, wrong = _GOOD[name], _WRONG[name]
    return str(draw(st.sampled_from({"good": good, "wrong": wrong, "odd": _ODD, "card": CARDS}[kind])))


@st.composite
def _written(draw: Any, cell: str) -> str:
    """A cell in quotes where it needs them, now and then where it does not, and rarely without."""
    needed = any(character in cell for character in '",\r\n')
    if draw(st.integers(0, 9)) == 0:
        needed = not needed
    return '"' + cell.replace('"', '""') + '"' if needed else cell


@st.composite
def _names(draw: Any) -> list[str]:
    names = draw(st.permutations(list(_GOOD)))
    if draw(st.booleans()):
        names.remove("time_zone")
    if draw(st.integers(0, 7)) == 0:
        at = draw(st.integers(0, len(names) - 1))
        names[at : at + draw(st.integers(0, 1))] = [draw(st.sampled_from(_HEADERS))]
    return names


@st.composite
def files(draw: Any) -> bytes:
    """Bytes of a file of up to six rows."""
    names = draw(_names())
    lines = [",".join(draw(_written(draw(st.sampled_from(["", " ", "  "])) + name)) for name in names)]
    for _ in range(draw(st.integers(0, 6))):
        cells = [draw(_written(draw(_cell(name)))) for name in names if name in _GOOD]
        if draw(st.integers(0, 15)) == 0:
            cells = draw(st.sampled_from([cells[1:], [*cells, ""], cells[:1], [""], [" "], ['""']]))
        lines.append(",".join(cells))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    ends = [draw(st.sampled_from([end] * 9 + ["\n", end * 2, end * 3])) for _ in lines]
    ends[-1] = draw(st.sampled_from(["", end, end * 2]))
    text = draw(st.sampled_from(["", "", end])) + "".join(map("".join, zip(lines, ends, strict=True)))
    content = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"])) + text.encode("utf-8", "replace")
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(content)))
        removed = draw(st.sampled_from([0, 0, 1, 3]))
        content = content[:at] + draw(st.sampled_from(_CHUNKS)) + content[at + removed :]
    return (
        content
        if draw(st.integers(0, 40))
        else draw(st.sampled_from([b"", b"\n\r\n", b"\xef\xbb\xbf", lines[0].encode()]))
    )
