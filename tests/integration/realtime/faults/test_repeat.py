"""The function's process ends between the write and the publish: the repeat publishes what is stored."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import Injection, inject
from tests.integration.realtime.faults.injections import INGEST
from tests.support.waiting import wait_for


@pytest.mark.control("RT_NO_LOSS", "RT_IDEMPOTENT")
def test_what_was_written_but_not_published_comes_out_with_the_repeat(
    api: Any, targets: Any, transaction: Callable[..., dict[str, Any]], running_emulator: Emulator
) -> None:
    body = transaction(merchantCategory="crypto")
    name = body["transactionId"]
    with inject(running_emulator.endpoint, Injection("events", "PutEvents", "kill", (name,), by=INGEST)) as killed:
        assert api.post(body).status == 503
        assert killed.strikes == 1
    (accepted,) = targets.audit_records(name)
    assert targets.buffer(name) == []

    assert api.accept(body)["receivedAt"] == accepted["receivedAt"]
    (message,) = wait_for(lambda: targets.buffer(name), "the message")
    assert message["event"]["detail"] == json.loads(accepted["detail"])
    assert wait_for(lambda: targets.audit_bus(name), "the audit bus")
