"""A ledger in memory: one call at a time, and no table of rules."""

import pytest

from hallmark import parallel
from hallmark.systems.realtime.ledger import reconcile as reconciliation
from hallmark.systems.realtime.ledger.deciding_rules import DecidingRules


@pytest.fixture(autouse=True)
def one_call_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "WORKERS", 1)


@pytest.fixture(autouse=True)
def published_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipeline in memory has no table of rules: they are as published."""
    monkeypatch.setattr(reconciliation, "deciding_rules", lambda stage, started_at: DecidingRules())
