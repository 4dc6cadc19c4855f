"""Unit tests do not depend on which system the caller is at work on."""

import pytest


@pytest.fixture(autouse=True)
def _no_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HALLMARK_SYSTEM", raising=False)
