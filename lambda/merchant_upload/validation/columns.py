"""The columns of a merchant's file; docs/merchant_upload.md has them, too."""

from datetime import datetime, timedelta, timezone

from shared_python.card_numbers import id_holds_card_number
from shared_python.csv_file import MOST_CHARACTERS, Column, Relation, Schema, checks

_EARLIEST = datetime(2000, 1, 1, tzinfo=timezone.utc)
# How far a merchant's clock may be ahead of S3's.
_AHEAD = timedelta(minutes=5)
_TRANSACTION_ID = checks.pattern("(?!up_)[A-Za-z0-9][A-Za-z0-9_-]{7,63}")
_CARD_TOKEN = checks.pattern("[A-Za-z0-9][A-Za-z0-9_-]{5,63}")
_CATEGORY = checks.pattern("[a-z][a-z0-9-]{1,31}")


def schema(created: datetime) -> Schema:
    """Return the schema of a file whose object was created then, an aware time: the same whenever it is read."""
    moments = checks.moment(_milliseconds(_EARLIEST), _milliseconds(created + _AHEAD))
    return Schema(
        columns=(
            Column("transaction_id", True, 64, _TRANSACTION_ID, id_holds_card_number),
            Column("timestamp", True, MOST_CHARACTERS, moments, None),
            Column("card_token", True, 64, _CARD_TOKEN, id_holds_card_number),
            Column("amount", True, MOST_CHARACTERS, checks.amount, None),
            Column("currency", True, MOST_CHARACTERS, checks.currency),
            Column("country", True, MOST_CHARACTERS, checks.country),
            Column("merchant_category", True, 32, _CATEGORY, free=True),
            Column("card_present", True, MOST_CHARACTERS, checks.boolean),
            Column("time_zone", False, MOST_CHARACTERS, checks.time_zone),
        ),
        relations=(Relation("amount", "currency", checks.decimals, checks.decimals_fit, "decimals"),),
    )


def _milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)
