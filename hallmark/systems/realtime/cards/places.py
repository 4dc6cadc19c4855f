"""A merchant's place: country, region and time zone for a card statement's state."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import pycountry

HOME_ZONE = "America/Los_Angeles"
UNKNOWN_COUNTRY = "ZZ"  # reserved by ISO 3166 for private use
WEST, EAST, ABROAD = "us-west-2", "us-east-1", "eu-central-1"

_STATES_OF_ZONE = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    "Pacific/Guam": "GU MP",
    "Pacific/Pago_Pago": "AS",
}
_ZONE_OF_STATE = {state: zone for zone, states in _STATES_OF_ZONE.items() for state in states.split()}
_WESTERN = frozenset(
    ("AK", "AS", "AZ", "CA", "CO", "GU", "HI", "ID", "MP", "MT", "NM", "NV", "OR", "UT", "WA", "WY"),
)

_OTHER_NAMES = {  # names in use that ISO 3166 and its common names do not list
    "brunei": "BN",
    "burma": "MM",
    "cape verde": "CV",
    "democratic republic of congo": "CD",
    "east timor": "TL",
    "holy see": "VA",
    "ivory coast": "CI",
    "kosovo": "XK",
    "macau": "MO",
    "macedonia": "MK",
    "micronesia": "FM",
    "palestine": "PS",
    "russia": "RU",
    "swaziland": "SZ",
    "the bahamas": "BS",
    "the gambia": "GM",
    "turkey": "TR",
    "vatican city": "VA",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A country's ISO code, an AWS region, and an IANA zone."""

    country: str
    region: str
    zone: str


@cache
def place(state: str) -> Place:
    """Return the place of a statement's state: two letters in the US, a country's name abroad, empty online.

    An unknown country's name is country `ZZ` in zone UTC; two unknown letters are the cardholder's home.
    """
    if not state:
        return Place("US", WEST, HOME_ZONE)
    if len(state) == 2:
        return Place("US", WEST if state in _WESTERN else EAST, _ZONE_OF_STATE.get(state, HOME_ZONE))
    country = country_code(state)
    return Place(country, ABROAD, _zones().get(country, "UTC"))


def country_code(name: str) -> str:
    """Return the ISO 3166 code of a country's name, `ZZ` for an unknown one."""
    if name.lower() in _OTHER_NAMES:
        return _OTHER_NAMES[name.lower()]
    try:
        return str(pycountry.countries.lookup(name).alpha_2)
    except LookupError:
        return UNKNOWN_COUNTRY


@cache
def _zones() -> dict[str, str]:
    """Return each country's first zone in zone.tab, which lists the most populous first."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    zones = {"XK": "Europe/Belgrade"}
    for line in table.splitlines():
        if not line.startswith("#"):
            code, _, zone = line.split("\t")[:3]
            zones.setdefault(code, zone)
    return zones
