"""The items that a file's rows become, in DynamoDB's own types; docs/merchant_upload.md describes them."""

import hashlib
import json
from decimal import Decimal
from typing import Any, NamedTuple, Optional

from merchant_upload.items import CLAIM, TRANSACTION, card_key, of

Item = dict[str, Any]


class Origin(NamedTuple):
    """Where rows come from: one version of one upload's object."""

    merchant: str
    upload_id: str
    key: str
    version_id: str


class Claim(NamedTuple):
    """Who has a transaction's id: the place of the row that came first, and the hash of its content."""

    content_hash: str
    upload_id: str
    version_id: str
    line: int

    @classmethod
    def of(cls, item: Item) -> "Claim":
        """Return what a stored claim says."""
        return cls(item["contentHash"]["S"], item["uploadId"]["S"], item["versionId"]["S"], int(item["line"]["N"]))


class Entry(NamedTuple):
    """A good row: its line in the file, its id, its content."""

    line: int
    transaction_id: str
    content_hash: str
    values: dict[str, Any]


def entry(line: int, values: dict[str, Any]) -> Entry:
    """Return a row that is to be stored; `values` are those of columns.py."""
    return Entry(line, values["transaction_id"], content_hash(values), values)


def amount_text(amount: Decimal) -> str:
    """Return an amount as its shortest decimal text: 12.50 and 12.5 are equal."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def content_hash(values: dict[str, Any]) -> str:
    """Return the SHA-256 by which two rows are identical: of all values, amounts by what they are worth."""
    content: list[Any] = [values[name] for name in ("transaction_id", "timestamp", "card_token")]
    content.append(amount_text(values["amount"]))
    content += [values[name] for name in ("currency", "country", "merchant_category", "card_present")]
    content.append(values.get("time_zone"))
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode("ascii")).hexdigest()


def claim_item(row: Entry, origin: Origin, now: str) -> Item:
    """Return the claim of a row's id; it stands at time 0, where no row of a file is."""
    return {
        "transaction_id": {"S": of(origin.merchant, row.transaction_id)},
        "timestamp": {"N": "0"},
        "kind": {"S": CLAIM},
        "rowTimestamp": {"N": str(row.values["timestamp"])},
        "contentHash": {"S": row.content_hash},
        "uploadId": {"S": origin.upload_id},
        "versionId": {"S": origin.version_id},
        "line": {"N": str(row.line)},
        "claimedAt": {"S": now},
    }


def row_item(row: Entry, origin: Origin, now: str) -> Item:
    """Return a stored row, not yet judged."""
    values = row.values
    item = {
        "transaction_id": {"S": of(origin.merchant, row.transaction_id)},
        "timestamp": {"N": str(values["timestamp"])},
        "kind": {"S": TRANSACTION},
        "merchant": {"S": origin.merchant},
        "cardKey": {"S": card_key(origin.merchant, values["card_token"])},
        "cardToken": {"S": values["card_token"]},
        "amount": {"N": amount_text(values["amount"])},
        "currency": {"S": values["currency"]},
        "country": {"S": values["country"]},
        "merchantCategory": {"S": values["merchant_category"]},
        "cardPresent": {"BOOL": values["card_present"]},
        "uploadId": {"S": origin.upload_id},
        "objectKey": {"S": origin.key},
        "versionId": {"S": origin.version_id},
        "line": {"N": str(row.line)},
        "storedAt": {"S": now},
        "contentHash": {"S": row.content_hash},
        "anomalies": {"M": {}},
    }
    zone: Optional[str] = values.get("time_zone")
    if zone is not None:
        item["timeZone"] = {"S": zone}
    return item


def problem_list(problems: Any) -> Item:
    """Return problems as a typed list: line, column if it is of one, rule; never a value."""
    return {
        "L": [
            {
                "M": {
                    "line": {"N": str(problem.line)},
                    **({} if problem.column is None else {"column": {"S": problem.column}}),
                    "rule": {"S": problem.rule},
                }
            }
            for problem in problems
        ]
    }
