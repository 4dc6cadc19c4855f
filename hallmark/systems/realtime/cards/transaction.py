"""The request of `POST /transactions`."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hallmark import clock


@dataclass(frozen=True, slots=True)
class Transaction:
    """One card transaction as it is sent: `ts` is aware, `amount` has two decimals and is negative for a refund."""

    transaction_id: str
    account_id: str
    ts: datetime
    amount: Decimal
    currency: str
    region: str
    merchant_category: str
    card_not_present: bool
    country: str
    cardholder_time_zone: str
    merchant_id: str | None = None

    @property
    def id(self) -> str:
        """The id that the ledger counts."""
        return self.transaction_id

    @property
    def lane(self) -> str:
        """The lane, sent strictly in order: the account's transactions."""
        return self.account_id

    def fields(self) -> dict[str, str | float | bool]:
        """Return the request's fields by their names in the contract; `merchantId` only if there is one."""
        fields: dict[str, str | float | bool] = {
            "transactionId": self.transaction_id,
            "accountId": self.account_id,
            "ts": clock.to_text(self.ts),
            "amount": float(self.amount),
            "currency": self.currency,
            "region": self.region,
            "merchantCategory": self.merchant_category,
            "cardNotPresent": self.card_not_present,
            "country": self.country,
            "cardholderTimeZone": self.cardholder_time_zone,
        }
        if self.merchant_id is not None:
            fields["merchantId"] = self.merchant_id
        return fields

    def body(self) -> bytes:
        """Return the request's body: compact JSON in UTF-8."""
        return json.dumps(self.fields(), separators=(",", ":")).encode()
