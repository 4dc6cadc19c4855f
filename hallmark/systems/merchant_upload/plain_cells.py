"""The columns of a merchant's file a second time: each rule of docs/merchant_upload.md as a plain condition."""

from datetime import datetime

from hallmark.csv_files import cells
from hallmark.csv_files.cells import DIGITS, LOWER, Columns

_IDS = ("transaction_id", "card_token")
OPTIONAL = ("time_zone",)
NAMES = (*_IDS, "timestamp", "amount", "currency", "country", "merchant_category", "card_present", *OPTIONAL)


def columns(created: datetime) -> Columns:
    """Return the columns of a file whose object was created then, an aware time."""

    def is_valid(name: str, cell: str) -> bool:
        match name:
            case "transaction_id":
                return cells.is_identifier(cell) and len(cell) >= 8 and not cell.startswith("up_")
            case "card_token":
                return cells.is_identifier(cell) and len(cell) >= 6
            case "timestamp":
                return cells.is_within(cell, created)
            case "amount":
                return cells.is_amount(cell)
            case "currency":
                return cell in cells.minor_units()
            case "country":
                return cells.is_country(cell)
            case "merchant_category":
                return len(cell) >= 2 and cell[0] in LOWER and all(one in LOWER + DIGITS + "-" for one in cell)
            case "card_present":
                return cell in ("true", "false")
            case _:
                return cell in cells.zones()

    return Columns(
        names=NAMES,
        optional=OPTIONAL,
        identifiers=_IDS,
        free=("merchant_category",),
        most={"transaction_id": 64, "card_token": 64, "merchant_category": 32},
        rules={"currency": "currency", "country": "country", "timestamp": "time", "time_zone": "time-zone"},
        is_valid=is_valid,
    )
