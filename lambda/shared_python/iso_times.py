"""Times as the systems' items and messages have them: UTC with milliseconds, such as 2026-11-20T15:40:07.123Z."""

from datetime import datetime, timedelta, timezone
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def iso(moment: datetime) -> str:
    """Return an aware time as such a text."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_of(milliseconds: Any) -> str:
    """Return Unix milliseconds, an int or the Decimal that boto3 reads, as such a text."""
    return iso(_EPOCH + timedelta(milliseconds=int(milliseconds)))


def moment_of(text: str) -> datetime:
    """Return the aware time of such a text."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
