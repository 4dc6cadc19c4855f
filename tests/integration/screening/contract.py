"""The contract of docs/screening.md a second time: transactions that it takes."""

from typing import Any

VALID: dict[str, Any] = {
    "transaction_id": "txn-0000001",
    "timestamp": "2026-11-30T11:59:58.250Z",
    "amount": 12.5,
    "currency": "EUR",
    "merchant_id": "merchant-7",
    "customer_id": "customer-1",
    "merchant_country": "DE",
    "customer_country": "UA",
}
WHOLE: dict[str, Any] = {
    **VALID,
    "channel": "transfer",
    "kyc": {"status": "verified", "verified_at": "2026-01-31T00:00:00Z"},
    "lawful_basis": "contract",
    "originator": {"name_present": True, "address_present": False},
    "beneficiary": {"name_present": True, "address_present": True},
    "region": "UA-43",
}
DECISIONS = ("approved", "review", "blocked", "rejected")
