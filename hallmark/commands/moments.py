"""Moments on the command line: a time, or how long ago it was."""

import re
from datetime import UTC, datetime, timedelta

from hallmark import clock
from infra.errors import UserError

FORMS = "RFC 3339, UTC unless it names a zone, or how long ago: 90s, 30m, 2h, 7d."
_AGO = re.compile(r"([0-9]{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment(text: str) -> datetime:
    """Return the aware time that a text names; UserError when it names none."""
    if ago := _AGO.fullmatch(text):
        return clock.now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        named = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"{text} is no time; say it as {FORMS}") from None
    return named if named.tzinfo else named.replace(tzinfo=UTC)
