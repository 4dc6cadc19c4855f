"""Times of items and messages."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from shared_python.iso_times import iso, iso_of, moment_of

MOMENT, TEXT = datetime(2026, 11, 20, 15, 40, 7, 123_000, tzinfo=UTC), "2026-11-20T15:40:07.123Z"


def test_a_time_is_utc_with_milliseconds_cut():
    for moment in (MOMENT, MOMENT + timedelta(microseconds=999), MOMENT.astimezone(timezone(timedelta(hours=-9)))):
        assert iso(moment) == TEXT
    assert moment_of(TEXT) == MOMENT


def test_milliseconds_are_an_int_or_a_decimal():
    assert iso_of(1_795_189_207_123) == iso_of(Decimal("1795189207123")) == TEXT
