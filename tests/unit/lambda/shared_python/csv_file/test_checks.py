"""Checks of cells: values at the edges of each, and the rule that is broken beyond."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from shared_python.csv_file import Broken, checks


def milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


EARLIEST, LATEST = milliseconds("2000-01-01T00:00:00"), milliseconds("2026-11-20T15:45:07.123")
MOMENTS = {
    "2026-11-20T15:40:07Z": "2026-11-20T15:40:07",
    "2026-11-20T15:40:07.1Z": "2026-11-20T15:40:07.100",
    "2026-11-20T15:40:07.1239999999999Z": "2026-11-20T15:40:07.123",
    "2026-11-20T15:40:07.5+05:30": "2026-11-20T10:10:07.500",
    "2026-11-19T16:00:00-08:00": "2026-11-20T00:00:00",
    "2024-02-29T00:00:00-00:00": "2024-02-29T00:00:00",
    "2000-01-01T00:00:00Z": "2000-01-01T00:00:00",
    "2000-01-01T00:01:00+00:01": "2000-01-01T00:00:00",
    "2026-11-20T15:45:07.1239Z": "2026-11-20T15:45:07.123",
}
NO_MOMENTS = {
    "another shape": (
        *("2026-11-20t15:40:07Z", "2026-11-20T15:40:07z", "2026-11-20 15:40:07Z", "2026-11-20T15:40Z", "2026-11-20"),
        *("2026-11-20T15:40:07", "2026-11-20T15:40:07.Z", "2026-11-20T15:40:07,5Z", "20261120T154007Z", "1795189207"),
        *("2026-11-20T15:40:07+0100", "2026-11-20T15:40:07+01", "2026-11-20T15:40:07ZZ", "26-11-20T15:40:07Z"),
    ),
    "no such time": (
        *("2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-20T24:00:00Z"),
        *("2016-12-31T23:59:60Z", "2026-11-20T15:60:00Z", "2026-11-20T15:40:07+24:00", "2026-11-20T15:40:07+01:60"),
        *("0000-01-01T00:00:00Z", "2026-00-10T00:00:00Z"),
    ),
    "out of range": (
        *("1999-12-31T23:59:59.999Z", "2000-01-01T00:00:00+00:01", "2026-11-20T15:45:07.124Z", "9999-12-31T23:59:59Z"),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
    ),
    "digits of other scripts": ("\u0662026-11-20T15:40:07Z", "2026-11-2\uff10T15:40:07Z"),
}
AMOUNTS = ("1", "-1", "0.01", "007", "999999999999", "000000000000.1", "12.50", "0." + "0" * 90 + "1")
NO_AMOUNTS = (
    *(
        "0",
        "0.00",
        "-0",
        "+1",
        "1e3",
        "1E3",
        "NaN",
        "Infinity",
        "1,000",
        "12,5",
        ".5",
        "5.",
        "--1",
        "-",
        "1_000",
        "0x1",
    ),
    *("1000000000000", " 1", "1 ", "1\n", "$1", "\u0663", "\uff11", "1.2.3", "\u22121"),
)
CHECKS = {
    "currency": checks.currency,
    "country": checks.country,
    "time-zone": checks.time_zone,
    "format": checks.boolean,
}
GOOD = {
    "currency": ("USD", "JPY", "KWD", "CLF", "UYW", "XOF", "XCG", "CHE"),
    "country": ("US", "GB", "AQ", "SS", "TW"),
    "time-zone": ("Europe/Amsterdam", "UTC", "America/Argentina/Buenos_Aires", "Asia/Calcutta", "Etc/GMT+5", "EST5EDT"),
    "format": ("true", "false"),
}
WRONG = {
    "currency": ("usd", "BGN", "HRK", "ANG", "ZWL", "XAU", "XDR", "XXX", "XTS", "EURO", "US", "978", "\uff35SD"),
    "country": ("us", "UK", "EU", "XK", "AN", "USA", "840", "ZZ", "u\u017f"),
    "time-zone": (
        *("europe/amsterdam", "utc", "PST", "Factory", "Europe", "Europe/", "/Europe/Amsterdam", "Mars/Base", "+01:00"),
        *("../zoneinfo/UTC", "Europe/../UTC", "/etc/localtime", "C:\\UTC", "posix/UTC", "right/UTC", "localtime"),
        *("__init__.py", "zone.tab", "tzdata.zi"),
    ),
    "format": ("True", "FALSE", "1", "yes", ""),
}


@pytest.mark.parametrize("text", MOMENTS)
def test_a_time_is_cut_to_milliseconds(text):
    assert checks.moment(EARLIEST, LATEST)(text) == milliseconds(MOMENTS[text])


@pytest.mark.parametrize("text", [text for texts in NO_MOMENTS.values() for text in texts])
def test_what_is_no_time_breaks_time(text):
    assert broken(checks.moment(EARLIEST, LATEST), text) == "time"


@pytest.mark.parametrize("text", AMOUNTS)
def test_an_amount_is_kept_as_written(text):
    assert checks.amount(text).as_tuple() == Decimal(text).as_tuple()


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_what_is_no_amount_breaks_format(text):
    assert broken(checks.amount, text) == "format"


@pytest.mark.parametrize(
    ("amount", "currency", "fits"),
    [
        *(("1", "JPY", True), ("1.0", "JPY", False), ("1.25", "USD", True), ("1.250", "USD", False)),
        *(("1.125", "KWD", True), ("1.1250", "KWD", False), ("1.0001", "CLF", True), ("1.00010", "CLF", False)),
    ],
)
def test_decimals_are_counted_as_written(amount, currency, fits):
    assert checks.decimals_fit(*checks.decimals([amount]), currency) is fits


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in GOOD.items() for text in texts])
def test_a_code_of_a_list_passes(rule, text):
    assert CHECKS[rule](text) == {"true": True, "false": False}.get(text, text)


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in WRONG.items() for text in texts])
def test_any_other_breaks_the_list_s_rule(rule, text):
    assert broken(CHECKS[rule], text) == rule


@pytest.mark.parametrize("around", [" {}", "{} ", "\t{}", "{}\n", "{}\r\n", "\u00a0{}", "{}\u2003", "{}\x07", "{}\x9f"])
@pytest.mark.parametrize("rule", GOOD)
def test_spaces_around_and_control_characters_are_format(rule, around):
    assert broken(CHECKS[rule], around.format(GOOD[rule][0])) == "format"
    assert broken(checks.moment(EARLIEST, LATEST), around.format("2026-11-20T15:40:07Z")) == "format"


def test_a_pattern_takes_the_whole_cell():
    check = checks.pattern("[a-z]+")
    assert check("abc") == "abc"
    assert [broken(check, text) for text in ("abc\n", " abc", "", "Abc", "a\u0131c")] == ["format"] * 5


def broken(check, text: str) -> str:
    with pytest.raises(Broken) as raised:
        check(text)
    return raised.value.args[0]
