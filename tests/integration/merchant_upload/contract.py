"""merchant_upload's contract, written a second time: what a merchant and an auditor rely on, not what the code says."""

import uuid
from datetime import timedelta

MERCHANTS = ("corner-shop", "garden-market")
CONTENT_TYPE, ENCRYPTION = "text/csv", "aws:kms"
MOST_BYTES = 10_485_760
VALID = timedelta(minutes=15)
KEY = r"uploads/{merchant}/[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}}/{upload}\.csv"
UPLOAD_ID = r"up_[0-9A-HJKMNP-TV-Z]{26}"
ANSWER = {"uploadId", "method", "url", "fields", "key", "expiresAt", "maxBytes"}

# A status, and a file.
TRANSACTION = {"transactionId", "status", "timestamp", "uploadId", "anomalies"}
COUNTS = ("rows", "stored", "duplicates", "rejected", "conflicts")
UPLOAD = {"uploadId", "fileName", "status", *COUNTS, "errors", "requestedAt", "uploadedAt", "finishedAt"}
MOST_ROWS, ERRORS_SHOWN = 50_000, 100
COLUMNS = ("transaction_id", "timestamp", "card_token", "amount", "currency", "country", "merchant_category")
COLUMNS += ("card_present", "time_zone")
GOOD = ("", "2026-11-03T10:15:00Z", "", "12.50", "EUR", "DE", "grocery", "true", "Europe/Berlin")
CARD_NUMBER = "4111111111111111"
# A cell that breaks one rule, in a row that is good otherwise.
BAD_CELLS = [
    *(("transaction_id", cell, rule) for cell, rule in (("", "required"), ("a b c d e", "format"))),
    *(("transaction_id", cell, rule) for cell, rule in (("up_0000000", "format"), ("x" * 65, "too-long"))),
    *(("transaction_id", cell, rule) for cell, rule in (("-starts-so", "format"), (CARD_NUMBER, "card-number"))),
    *(("timestamp", cell, "time") for cell in ("2026-11-03", "2026-11-03t10:15:00Z", "1999-12-31T23:59:59Z")),
    *(("timestamp", cell, "time") for cell in ("2026-02-30T10:15:00Z", "2026-11-03T24:00:00Z", "2099-01-01T00:00:00Z")),
    *(("timestamp", cell, rule) for cell, rule in (("", "required"), (" 2026-11-03T10:15:00Z", "format"))),
    *(("card_token", cell, rule) for cell, rule in (("short", "format"), (CARD_NUMBER, "card-number"))),
    *(("amount", cell, "format") for cell in ("0", "+1", "1e3", "NaN", "1 000.00", "1.", ".5", "٣", "1234567890123")),
    *(("amount", "1.001", "decimals"), ("amount", "", "required")),
    *(("currency", cell, "currency") for cell in ("EURO", "eur", "XAU", "DEM")),
    *(("country", cell, "country") for cell in ("UK", "EU", "XK", "de", "DEU")),
    *(
        ("merchant_category", cell, rule)
        for cell, rule in (("Grocery", "format"), ("=cmd", "formula"), ("-x", "formula"))
    ),
    *(("card_present", cell, "format") for cell in ("True", "1", "yes")),
    *(("time_zone", cell, "time-zone") for cell in ("Europe/Atlantis", "europe/berlin", "+01:00")),
]


def new_id(prefix: str = "order") -> str:
    """Return an id that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def row(transaction_id: str, **cells: str) -> list[str]:
    """Return the cells of a good row, of a card of its own, but for those given."""
    own = {"transaction_id": transaction_id, "card_token": new_id("tok")}
    return [{**dict(zip(COLUMNS, GOOD, strict=True)), **own, **cells}[name] for name in COLUMNS]


def file(rows: list[list[str]], header: str = ",".join(COLUMNS)) -> bytes:
    """Return a file of rows whose cells need no quotes."""
    return "\n".join([header, *(",".join(cells) for cells in rows), ""]).encode()


def counts(status: dict[str, object]) -> tuple[object, ...]:
    """Return the counts of a status: rows, stored, duplicates, rejected, conflicts."""
    return tuple(status[name] for name in COUNTS)
