"""dev and prod beside each other in one account: neither sees the other's events, keys, names or resources."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import urllib3

from hallmark.stage import Stage
from hallmark.stage.embedded.emulator import Emulator
from hallmark.systems.realtime.api import key
from hallmark.up import deploy_embedded, unprotect
from infra.realtime.outputs import Output
from tests.integration.realtime.observations import Api, Targets, drained, fed_queue, subscribed
from tests.integration.realtime.rights.calls import ALLOWED
from tests.integration.realtime.rights.role_session import name_of, names_for
from tests.support.rights import REFUSED, assume, outcome
from tests.support.waiting import wait_for

STAGES = ("dev", "prod")
PAIRS = (("dev", "prod"), ("prod", "dev"))
BUSES = (Output.TRANSACTION_BUS, Output.SYSTEM_BUS, Output.AUDIT_BUS)
# By night, abroad, without the card: two rules, and so everything that a transaction can set off.
TWO_RULES = {"ts": "2026-03-03T09:00:00Z", "cardNotPresent": True, "country": "BR"}


@pytest.fixture(scope="module")
def both(running_emulator: Emulator, stage: Stage) -> Iterator[dict[str, Stage]]:
    """The stage of all tests, and `prod` beside it for the time of these."""
    cloudformation, name = stage.client("cloudformation"), "hallmark-realtime-prod"
    try:
        prod = deploy_embedded(running_emulator, "realtime", "prod", lambda step: None)
        yield {"dev": stage, "prod": prod}
        unprotect(prod)
    finally:
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


@pytest.fixture(scope="module")
def transaction_for() -> Callable[[str], dict[str, Any]]:
    """Make a transaction whose ids name the stage that it is for."""
    numbers = itertools.count(1)

    def make(name: str) -> dict[str, Any]:
        ids = {key: f"{key[:4]}-only-{name}-{next(numbers)}" for key in ("transactionId", "accountId")}
        plain = {"amount": 12.5, "currency": "USD", "region": "us-east-1", "merchantCategory": "grocery"}
        return {**ids, **plain, "cardholderTimeZone": "America/New_York", **TWO_RULES}

    return make


def _tables(stage: Stage) -> Iterator[str]:
    for table in (Output.TRANSACTIONS_TABLE, Output.AUDIT_LOGS_TABLE):
        pages = stage.client("dynamodb").get_paginator("scan").paginate(TableName=stage.outputs[table])
        yield from (json.dumps(item) for page in pages for item in page["Items"])


def _logs(stage: Stage) -> Iterator[str]:
    logs = stage.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    for group in (group for group in groups if group.endswith(f"-{stage.name}")):
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        yield from (event["message"] for page in pages for event in page["events"])


def _objects(stage: Stage) -> Iterator[str]:
    pages = stage.client("s3").get_paginator("list_objects_v2").paginate(Bucket=stage.outputs[Output.PROCESSED_BUCKET])
    yield from (item["Key"] for page in pages for item in page.get("Contents", []))


def _queues(stage: Stage) -> Iterator[str]:
    sqs = stage.client("sqs")
    for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix="realtime-"):
        for url in page["QueueUrls"]:
            if url.endswith(f"-{stage.name}"):
                yield from (message["Body"] for message in drained(stage, url))


PLACES = {"tables": _tables, "log groups": _logs, "bucket": _objects, "queues": _queues}


@contextmanager
def _overhear(stage: Stage, bus: str) -> Iterator[str]:
    """Copy what a bus carries in the meantime into a queue; gives its URL."""
    events, name = stage.client("events"), stage.outputs[bus]
    with fed_queue(stage, "events.amazonaws.com") as (url, arn):
        events.put_rule(Name="overhear", EventBusName=name, EventPattern='{"source": [{"exists": true}]}')
        events.put_targets(Rule="overhear", EventBusName=name, Targets=[{"Id": "1", "Arn": arn}])
        try:
            yield url
        finally:
            events.remove_targets(Rule="overhear", EventBusName=name, Ids=["1"])
            events.delete_rule(Name="overhear", EventBusName=name)


@pytest.fixture
def overheard(both: dict[str, Stage]) -> Iterator[Callable[[str], list[str]]]:
    """What every bus of a stage carries from now on, and what its topic publishes."""
    with ExitStack() as stack:
        urls = {name: [stack.enter_context(_overhear(one, bus)) for bus in BUSES] for name, one in both.items()}
        alerts = {name: stack.enter_context(subscribed(stage)) for name, stage in both.items()}

        def heard(name: str) -> list[str]:
            carried = [message["Body"] for url in urls[name] for message in drained(both[name], url)]
            return [*carried, *map(json.dumps, alerts[name]())]

        yield heard


def _arrived(stage: Stage, transaction: str) -> bool:
    """Whether a transaction of two rules has gone all the way."""
    targets = Targets(stage, [])
    return len(targets.audit_records(transaction, "alert")) == 2 and len(targets.audit_bus(transaction, "lambda")) == 4


@pytest.mark.control("RT_ENV_SEPARATION")
def test_what_one_stage_is_sent_is_nowhere_in_the_other(
    both: dict[str, Stage], transaction_for: Any, overheard: Callable[[str], list[str]]
) -> None:
    sent = {name: transaction_for(name) for name in STAGES}
    for name, stage in both.items():
        Api(stage, urllib3.PoolManager()).accept(sent[name])
    wait_for(lambda: all(_arrived(both[name], sent[name]["transactionId"]) for name in STAGES), "both transactions")
    for name, other in PAIRS:
        found = {place: list(read(both[name])) for place, read in PLACES.items()}
        found["buses and topic"] = overheard(name)
        for place, texts in found.items():
            assert any(f"only-{name}-" in text for text in texts), place
            assert not [text for text in texts if f"only-{other}-" in text], place


@pytest.mark.control("RT_ENV_SEPARATION", "RT_API_KEY")
@pytest.mark.parametrize(("name", "other"), PAIRS)
def test_the_key_of_one_stage_opens_no_other(
    both: dict[str, Stage], transaction_for: Any, name: str, other: str
) -> None:
    api = Api(both[other], urllib3.PoolManager())
    body = transaction_for(other)
    assert api.post(body, key=key(both[name])).status == 403
    assert api.post(body).status == 202


@pytest.mark.control("RT_ENV_SEPARATION", "RT_IAM_LEAST")
@pytest.mark.parametrize(("name", "other"), PAIRS)
@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_may_do_nothing_of_it_to_the_other_stage(
    both: dict[str, Stage], role: str, name: str, other: str
) -> None:
    acting, names = assume(both[name], name_of(both[name], role)), names_for(both[other], role)
    for call in ALLOWED[role]:
        error = outcome(acting, call, names)
        assert error.get("Code") in REFUSED, (call, error)


@pytest.mark.control("RT_ENV_SEPARATION")
def test_no_physical_name_is_shared(both: dict[str, Stage]) -> None:
    names = {}
    for name, stage in both.items():
        pages = stage.client("cloudformation").get_paginator("list_stack_resources")
        listed = pages.paginate(StackName=f"hallmark-realtime-{name}").build_full_result()["StackResourceSummaries"]
        names[name] = {(item["ResourceType"], item["PhysicalResourceId"]) for item in listed}
        assert names[name]
    assert not names["dev"] & names["prod"]
