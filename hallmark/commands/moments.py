"""Moments on the command line: a time, or a duration before now."""

import re
from datetime import UTC, datetime, timedelta

from hallmark import clock
from infra.errors import UserError

FORMS = "RFC 3339, UTC unless it names a zone, or how long ago: 90s, 30m, 2h, 7d."
_AGO = re.compile(r"([0-9]{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment(text: str) -> datetime:
    """Return the aware time of a text; UserError for any other text."""
    if ago := _AGO.fullmatch(text):
        return clock.now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        named = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"{text} is not a time; use {FORMS}") from None
    return named if named.tzinfo else named.replace(tzinfo=UTC)
