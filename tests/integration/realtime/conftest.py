"""What tests of the pipeline need: requests, a client for the API, and observations of every target."""

import itertools
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import urllib3

from hallmark import clock
from hallmark.ledger.quiet import wait_until_quiet
from hallmark.stage import Stage
from hallmark.systems.realtime.ledger.audit_activity import AuditActivity
from tests.integration.realtime.observations import Api, Json, Targets, subscribed
from tests.support.stages import open_or_deploy
from tests.support.waiting import wait_for

# A plain purchase by day: it matches no rule.
QUIET: Json = {
    "amount": 12.5,
    "currency": "USD",
    "region": "us-east-1",
    "merchantId": "m-1",
    "merchantCategory": "grocery",
    "cardNotPresent": False,
    "country": "US",
    "cardholderTimeZone": "America/New_York",
    "ts": "2026-03-03T15:00:00.000Z",
}


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest) -> Stage:
    """`dev` of realtime."""
    return open_or_deploy(request, "realtime")


@pytest.fixture(scope="session")
def transaction() -> Callable[..., Json]:
    """Make a request body: ids of its own, and the fields of QUIET unless others are given; None leaves one out."""
    run, numbers = uuid.uuid4().hex[:8], itertools.count(1)

    def make(**fields: Any) -> Json:
        # Of one length, so that no id begins another; with a letter, so that no digits before it make a card number.
        number = f"n{next(numbers):05d}"
        body = {"transactionId": f"txn-{run}-{number}", "accountId": f"acct-{run}-{number}", **QUIET, **fields}
        return {name: value for name, value in body.items() if value is not None}

    return make


@pytest.fixture(scope="session")
def api(stage: Stage) -> Api:
    return Api(stage, urllib3.PoolManager(maxsize=32))


@pytest.fixture(scope="session")
def targets(stage: Stage) -> Targets:
    return Targets(stage, [])


@pytest.fixture(scope="session")
def settle(stage: Stage, api: Api, targets: Targets, transaction: Callable[..., Json]) -> Callable[[], None]:
    """Wait until a later transaction has gone all the way, and nothing follows it: what is not there does not come."""

    def wait() -> None:
        sentinel = transaction(merchantCategory="luxury")["transactionId"], "high-risk-merchant"
        api.accept(transaction(transactionId=sentinel[0], merchantCategory="luxury"))
        wait_for(lambda: targets.audit_records(sentinel[0], "alert"), "the sentinel's alert")
        # What a cold function still has in hand may be overtaken: afterwards there must be silence.
        wait_until_quiet([AuditActivity(stage, clock.now())], stage.quiet_seconds)

    return wait


@pytest.fixture
def alerts(stage: Stage) -> Iterator[Callable[[], list[Json]]]:
    """The alerts that the topic publishes from now on."""
    with subscribed(stage) as published:
        yield published


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)
