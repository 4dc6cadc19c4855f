"""The variables that a Python function is given, in the process of a test."""

import pytest

_COMMON = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "an example",
    "TRANSACTIONS_TABLE": "table",
    "FILES_BUCKET": "bucket",
    "STAGE": "dev",
}


def give(monkeypatch: pytest.MonkeyPatch, **own: str) -> None:
    """Set those of all functions, and a function's own."""
    for name, value in {**_COMMON, **own}.items():
        monkeypatch.setenv(name, value)
