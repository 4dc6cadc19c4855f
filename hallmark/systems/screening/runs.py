"""Runs of the workflow again: started with a transaction, and followed to its end."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from threading import Lock
from typing import Any

from hallmark.redrive.services import start
from hallmark.redrive.work import Refused
from hallmark.stage import Stage
from hallmark.systems.screening.following import is_finished
from hallmark.systems.screening.plain.content import hash_of
from hallmark.systems.screening.table import FINAL, StateTable
from infra.screening.outputs import Output

# An Express execution ends within 300 s. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
PATIENCE_SECONDS = 310.0
_LOOK_SECONDS = 0.2


class Runs:
    """The runs of one redrive: each transaction once, however many letters it has.

    One that fails again makes a new letter, so a second start for the same transaction would never end.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._runs: dict[str, Future[None]] = {}
        self._lock = Lock()

    def run(self, stage: Stage, transaction: Mapping[str, Any]) -> None:
        """Start an execution and wait until the transaction is decided and told; Refused when it fails again."""
        mark = json.dumps(transaction, sort_keys=True)
        with self._lock:
            known = self._runs.get(mark)
            ours = self._runs.setdefault(mark, Future())
        if known is None:
            try:
                ours.set_result(self._follow(stage, transaction))
            except BaseException as error:
                ours.set_exception(error)
        ours.result()

    def _follow(self, stage: Stage, transaction: Mapping[str, Any]) -> None:
        if self._is_told_after_start(stage, transaction):
            return
        # Its alerts were with an earlier execution, which has ended since: the next one tells them.
        record = StateTable(stage).under(str(transaction.get("transaction_id"))).of(hash_of(transaction)) or {}
        if record.get("status") != FINAL or not self._is_told_after_start(stage, transaction):
            raise Refused(f"it is not decided after {PATIENCE_SECONDS:.0f} s")

    def _is_told_after_start(self, stage: Stage, transaction: Mapping[str, Any]) -> bool:
        table, name, content = StateTable(stage), str(transaction.get("transaction_id")), hash_of(transaction)
        earlier = table.under(name)
        before = earlier.of(content) or {}
        start(stage, stage.outputs[Output.WORKFLOW_ARN], transaction)
        end = self._clock() + PATIENCE_SECONDS
        while self._clock() < end:
            under = table.under(name)
            found = under.of(content)
            if found and is_told(found):
                return True
            if found and is_finished(found) and found.get("states", {}).get("failed") != _failed_at(before):
                error = found.get("error", {})
                raise Refused(f"it failed again, in {error.get('state')} with {error.get('name')}")
            if under.unchecked and under.unchecked != earlier.unchecked:
                raise Refused(f"it failed again, in Validate with {under.unchecked.get('error', {}).get('name')}")
            self._sleep(_LOOK_SECONDS)
        return False


def _failed_at(record: Mapping[str, Any]) -> str | None:
    found: str | None = record.get("states", {}).get("failed")
    return found


def is_told(record: Mapping[str, Any]) -> bool:
    """Return whether nothing is left to do: decided, and its alerts are told if any is due."""
    if record.get("status") != FINAL:
        return False
    return not record.get("alerts") or "told" in record.get("states", {})
