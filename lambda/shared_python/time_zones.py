"""Time zones of the IANA database, from the package tzdata alone: a runtime's own files may be older, or missing."""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

_DATA = files("tzdata")
# Zones and links, in the database's own spelling. Factory is a placeholder, not a zone.
NAMES = frozenset(_DATA.joinpath("zones").read_text("utf-8").split()) - {"Factory"}


@cache
def zone(name: str) -> ZoneInfo:
    """Return a zone by its name; KeyError for one that is not in NAMES, so that no name is ever a path."""
    if name not in NAMES:
        raise KeyError(name)
    with _DATA.joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, name)
