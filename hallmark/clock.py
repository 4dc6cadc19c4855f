"""Times in the contract's format: UTC with milliseconds, such as `2026-11-20T15:40:07.123Z`."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """Return an aware time as UTC text with milliseconds, truncated."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def from_text(text: str) -> datetime:
    """Return the aware time of an RFC 3339 text; ValueError for any other."""
    return datetime.fromisoformat(text).astimezone(UTC)
