"""A load run of 1,000 transactions that anybody can work out by hand, and the settings of the real templates."""

from collections.abc import Callable
from typing import Any

import pytest

from hallmark.cost.counts import Counts, of_result
from hallmark.cost.declared import Declared
from hallmark.evidence.load_result import LoadResult, PhaseResult

PER_CALL = {"calls:s3:PutObject": 1, "calls:sns:Publish": 1, "deliveries:sqs": 1}
USAGE = {
    **{name: 1000.0 * count for name, count in PER_CALL.items()},
    "invocations:realtime-ingest_processor-dev": 1000.0,
    "seconds:realtime-ingest_processor-dev": 49.5,
    "invocations:realtime-fraud_detector-dev": 3000.0,
    "seconds:realtime-fraud_detector-dev": 148.5,
    "events:realtime-transaction-dev": 1000.0,
    "bytes:events:realtime-transaction-dev": 700_000.0,
    "events:realtime-audit-dev": 2000.0,
    "bytes:events:realtime-audit-dev": 2_000_000.0,
    "units:dynamodb:write": 4000.0,
    "units:dynamodb:read": 1000.0,
    "stored:dynamodb": 2_000_000.0,
    "bytes:s3:PutObject": 1_000_000.0,
    "bytes:logs:/aws/lambda/realtime-ingest_processor-dev": 500_000.0,
    "bytes:logs:/aws/apigateway/realtime-transactions-dev": 400_000.0,
    "bytes:logs:/aws/events/realtime-audit-dev": 3_000_000.0,
}


@pytest.fixture
def result() -> Callable[..., LoadResult]:
    """Make the run, with changes."""

    def make(statuses: dict[str, int] | None = None, **changes: Any) -> LoadResult:
        phase = PhaseResult("steady", True, 0.0, 10.0, 100.0, 100.0, statuses or {"202": 1000}, {})
        texts = {"about": "", "machine": "", "fidelity": "", "started": "2026-11-21T12:00:00Z"}
        run = {
            "system": "realtime",
            "scenario": "steady",
            "target": "embedded",
            "stage": "dev",
            "rate": 100.0,
            "seconds": 10.0,
        }
        counts = {"users": 100, "generators": 1, "ledger": {"accepted": 1000}, "floor": {}, "usage": USAGE}
        empty = {"objectives": (), "series": (), "histogram": ()}
        return LoadResult(**{**texts, **run, **counts, **empty, "phases": (phase,), **changes})

    return make


@pytest.fixture
def counts(result: Callable[..., LoadResult]) -> Counts:
    return of_result(result())


@pytest.fixture
def settings() -> Callable[[str], Declared]:
    """The settings of a stage: dev has no provisioned concurrency, prod has."""

    def make(stage: str) -> Declared:
        memory = {"dev": 512, "prod": 2048}[stage]
        provisioned = {"dev": 0, "prod": 10}[stage]
        return Declared(
            memory={f"realtime-{name}-{stage}": memory for name in ("ingest_processor", "fraud_detector")},
            provisioned={f"realtime-ingest_processor-{stage}": provisioned},
            log_days={
                f"/aws/lambda/realtime-ingest_processor-{stage}": 30,
                f"/aws/apigateway/realtime-transactions-{stage}": 30,
                f"/aws/events/realtime-audit-{stage}": 400,
            },
            archive_days={f"realtime-audit-{stage}": 400, f"realtime-transaction-{stage}": 7},
            alarms=19,
        )

    return make
