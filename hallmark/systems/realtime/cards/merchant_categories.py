"""Merchant category codes (ISO 18245) as the names used in requests."""

from bisect import bisect_right

UNKNOWN_CATEGORY = "other"

_NAMED = {
    **dict.fromkeys((4812, 5045, 5732, 5733, 5734, 5735), "electronics"),
    **dict.fromkeys((5094, 5944), "luxury"),
    6051: "crypto",
}

_GROUPS = (  # the first code of each group, and its name; a group ends before the next
    (0, UNKNOWN_CATEGORY),
    (700, "agriculture"),
    (1500, "contractors"),
    (3000, "airlines"),
    (3300, "car-rental"),
    (3500, "lodging"),
    (4000, "transport"),
    (4800, "utilities"),
    (5000, "wholesale"),
    (5200, "home-improvement"),
    (5300, "general-merchandise"),
    (5400, "groceries"),
    (5500, "vehicles-and-fuel"),
    (5600, "clothing"),
    (5700, "furnishings"),
    (5800, "restaurants"),
    (5815, "digital-goods"),
    (5900, "specialty-retail"),
    (6000, "financial-services"),
    (7000, "lodging"),
    (7200, "personal-services"),
    (7300, "business-services"),
    (7500, "automotive-services"),
    (7600, "repair-services"),
    (7800, "entertainment"),
    (8000, "health"),
    (8100, "professional-services"),
    (9000, "government"),
    (10000, UNKNOWN_CATEGORY),
)
_STARTS = tuple(start for start, _ in _GROUPS)


def merchant_category(code: str) -> str:
    """Return the name of a code's group; `other` for an invalid code or one without a group."""
    if not (code.isascii() and code.isdigit()):
        return UNKNOWN_CATEGORY
    number = int(code)
    return _NAMED.get(number) or _GROUPS[bisect_right(_STARTS, number) - 1][1]
