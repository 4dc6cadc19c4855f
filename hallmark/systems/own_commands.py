"""The systems' own commands, as their wings declare them, so that the command line need not load the wings.

tests/unit/test_systems.py compares this table with the wings.
"""

from collections.abc import Mapping

OWN: Mapping[str, Mapping[str, str]] = {
    "realtime": {"rules": "rules:rules_app", "audit": "audit:audit", "replay": "replay:replay"},
    "merchant_upload": {"stuck": "stuck:stuck", "audit": "audit:audit"},
    "bank_upload": {"audit": "audit:audit", "stuck": "stuck:stuck"},
    "screening": {"lists": "lists:lists", "audit": "audit:audit", "stuck": "stuck:stuck"},
}
