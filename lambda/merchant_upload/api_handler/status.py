"""What a status says of a transaction or an upload. Pure: no AWS."""

import re
from collections.abc import Mapping
from typing import Any, Optional

from merchant_upload.items import TRANSACTION, UPLOAD, iso_of, status_of

_UPLOAD_ID = re.compile("up_[0-9A-HJKMNP-TV-Z]{26}")
_TRANSACTION_ID = re.compile("(?!up_)[A-Za-z0-9][A-Za-z0-9_-]{7,63}")
_COUNTS = ("rows", "stored", "duplicates", "rejected", "conflicts")
_TIMES = ("requestedAt", "uploadedAt", "finishedAt")
ID_RULE = {"field": "transaction_id", "rule": "a transaction's id, or the uploadId of a file"}


def kind_of(asked: Any) -> Optional[str]:
    """Return what an id is of, `upload` or `transaction`; None if it can be of neither."""
    if not isinstance(asked, str):
        return None
    if _UPLOAD_ID.fullmatch(asked):
        return UPLOAD
    return TRANSACTION if _TRANSACTION_ID.fullmatch(asked) else None


def answer(asked: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a 200 for a row's or an upload's item."""
    return _transaction(asked, item) if item["kind"] == TRANSACTION else _upload(asked, item)


def _transaction(asked: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "transactionId": asked,
        "status": status_of(row),
        "timestamp": iso_of(row["timestamp"]),
        "uploadId": row["uploadId"],
        "anomalies": sorted(row.get("anomalies", {})),
    }


def _upload(asked: str, upload: Mapping[str, Any]) -> dict[str, Any]:
    """Return an upload's status; counts are null until all rows are validated, and so is a time that is to come."""
    return {
        "uploadId": asked,
        "fileName": upload.get("fileName"),
        "status": upload["status"],
        **{name: int(upload[name]) if name in upload else None for name in _COUNTS},
        "errors": [_error(error) for error in upload.get("errors", [])],
        **{name: upload.get(name) for name in _TIMES},
    }


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    return {"line": int(error["line"]), "column": error.get("column"), "rule": error["rule"]}
