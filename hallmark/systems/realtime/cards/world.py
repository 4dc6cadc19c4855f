"""The data that generated traffic draws from."""

from datetime import datetime
from decimal import Decimal

import pycountry

from hallmark.systems.realtime.cards.enrichment import local_hour
from hallmark.systems.realtime.cards.parameters import RuleParameters

_STEADY_ZONES = (  # one for each full hour from UTC-11 to UTC+12, without summer time: every local hour always exists
    *("Pacific/Pago_Pago", "Pacific/Honolulu", "Pacific/Gambier", "Pacific/Pitcairn", "America/Phoenix"),
    *("America/Costa_Rica", "America/Bogota", "America/Puerto_Rico", "America/Argentina/Buenos_Aires"),
    *("Atlantic/South_Georgia", "Atlantic/Cape_Verde", "Africa/Abidjan", "Africa/Lagos", "Africa/Johannesburg"),
    *("Africa/Nairobi", "Asia/Dubai", "Asia/Tashkent", "Asia/Thimphu", "Asia/Bangkok", "Asia/Singapore"),
    *("Asia/Tokyo", "Australia/Brisbane", "Pacific/Guadalcanal", "Pacific/Tarawa"),
)
_OTHER_ZONES = (
    *("America/Los_Angeles", "America/Chicago", "America/New_York", "America/St_Johns", "Europe/London"),
    *("Europe/Amsterdam", "Europe/Athens", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Adelaide"),
    *("Australia/Sydney", "Pacific/Auckland"),
)
ZONES = _STEADY_ZONES + _OTHER_ZONES
NIGHT = range(6)
DAY = range(6, 24)
DAYBREAK = range(6, 7)

ORDINARY_CATEGORIES = (
    *("groceries", "restaurants", "vehicles-and-fuel", "general-merchandise", "specialty-retail", "utilities"),
    *("clothing", "lodging", "airlines", "entertainment", "health", "digital-goods"),
)
NEAR_CATEGORIES = ("electronics-repair", "luxury-goods", "crypto-atm")
FOREIGN_REGIONS = ("eu-central-1", "eu-west-1", "ap-northeast-1", "sa-east-1")
OTHER_CURRENCIES = ("EUR", "GBP", "JPY", "INR")
LIMIT = Decimal("1000.00")
CENT = Decimal("0.01")


def zone_with_hour(ts: datetime, hours: range, preferred: int) -> str:
    """Return the first zone, from the preferred one onwards around the world, whose local hour is in `hours`."""
    for offset in range(len(ZONES)):
        zone = ZONES[(preferred + offset) % len(ZONES)]
        if local_hour(ts, zone) in hours:
            return zone
    raise LookupError(f"no zone has an hour of {hours} at {ts}")


def foreign_countries(parameters: RuleParameters) -> tuple[str, ...]:
    """Return the ISO 3166 codes outside the home list, in alphabetical order."""
    return tuple(sorted({country.alpha_2 for country in pycountry.countries} - set(parameters.home_countries)))


def foreign_regions(parameters: RuleParameters) -> tuple[str, ...]:
    """Return well-known regions that are not domestic."""
    return tuple(region for region in FOREIGN_REGIONS if region not in parameters.domestic_regions)
