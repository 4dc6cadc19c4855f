"""The systems' own commands, as their wings declare them, so that the command line knows them without a wing.

tests/unit/test_systems.py keeps this table equal to the wings.
"""

from collections.abc import Mapping

OWN: Mapping[str, Mapping[str, str]] = {
    "realtime": {"rules": "rules:rules_app", "audit": "audit:audit", "replay": "replay:replay"},
}
