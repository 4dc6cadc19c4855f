"""Runs of the workflow again: started with an input, and followed to the end of its upload."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from threading import Lock
from typing import Any

from hallmark.redrive.services import start
from hallmark.redrive.work import Refused
from hallmark.stage import Stage
from hallmark.systems.bank_upload.content import upload_of
from hallmark.systems.bank_upload.following import DONE, FAILED, REFUSED
from hallmark.systems.bank_upload.table import StatusTable

Item = Mapping[str, Any]
# An Express execution ends within 300 s. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
PATIENCE_SECONDS = 310.0
_LOOK_SECONDS = 0.5


class Runs:
    """The runs of one redrive: each version once, however many messages are about it.

    A run that fails again makes a new letter, so a second start for the same version would never end.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._runs: dict[tuple[str, str], Future[None]] = {}
        self._lock = Lock()

    def run(self, stage: Stage, machine_arn: str, given: Mapping[str, str]) -> None:
        """Start an execution and wait for its upload's end; Refused when it fails again, or does not end."""
        version = given["key"], given["versionId"]
        with self._lock:
            known = self._runs.get(version)
            ours = self._runs.setdefault(version, Future())
        if known is None:
            try:
                ours.set_result(self._follow(stage, machine_arn, given))
            except BaseException as error:
                ours.set_exception(error)
        ours.result()

    def _follow(self, stage: Stage, machine_arn: str, given: Mapping[str, str]) -> None:
        table, upload = StatusTable(stage), upload_of(given["key"])

        def look() -> tuple[Item, Item]:
            found = table.uploads({upload, given["key"]})
            return found.get(upload, {}), found.get(given["key"], {})

        before, _ = look()
        start(stage, machine_arn, given)
        # Another version than the upload's is processed only after a failure: else nothing could be waited for.
        if before.get("status") != FAILED and before.get("versionId") not in (None, given["versionId"]):
            return
        end = self._clock() + PATIENCE_SECONDS
        while self._clock() < end:
            item, object_item = look()
            # A version that is no upload's is refused under its own key.
            is_refused = object_item.get("versionId") == given["versionId"] and object_item.get("status") == REFUSED
            if is_refused or item.get("status") in (DONE, REFUSED):
                return
            if item.get("status") == FAILED and item.get("execution") != before.get("execution"):
                error = item.get("error", {})
                raise Refused(f"it failed again, in {error.get('state')} with {error.get('name')}")
            self._sleep(_LOOK_SECONDS)
        raise Refused(f"its upload has not ended after {PATIENCE_SECONDS:.0f} s")
