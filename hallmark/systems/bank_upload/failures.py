"""bank_upload's failures: letters of the workflow, events that started none, and uploads that are stuck.

Each starts the workflow again with the input that it had, and is followed to the end of its upload.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from hallmark import clock
from hallmark.redrive.failures import Failures
from hallmark.redrive.work import Refused, Unknown, Work
from hallmark.stage import Stage
from hallmark.systems.bank_upload.letters import input_of
from hallmark.systems.bank_upload.runs import Runs
from hallmark.systems.bank_upload.stuck import still
from infra.bank_upload.outputs import Output


def failures() -> Failures:
    """Return what one redrive, or one ledger, must know."""
    runs = Runs()

    def shape(stage: Stage, message: Mapping[str, Any]) -> Work | None:
        given = input_of(message)
        if given is None:
            return None
        if given["bucket"] != stage.outputs[Output.FILES_BUCKET]:
            raise Unknown("its object is not in the stage's bucket")
        return Work(f"run an upload again that failed in {message['state']}", _again(runs, stage, given))

    def stuck(stage: Stage) -> Iterator[tuple[str, Work]]:
        for one in still(stage, clock.now()):
            what = f"run an upload again that was {one.item['status']}"
            yield str(one.item["uploadId"]), Work(what, _from_version(runs, stage, one.item, one.version))

    return Failures(
        queues=(Output.EVENT_FAILURE_QUEUE_URL, Output.UPLOAD_FAILURE_QUEUE_URL),
        functions=(),
        shape=shape,
        run=runs.run,
        stuck=stuck,
    )


def _again(runs: Runs, stage: Stage, given: Mapping[str, str]) -> partial[None]:
    return partial(runs.run, stage, stage.outputs[Output.WORKFLOW_ARN], dict(given))


def _from_version(runs: Runs, stage: Stage, item: Mapping[str, Any], version: str | None) -> partial[None]:
    if version is None:
        return partial(_refuse, "its object is gone")
    key = str(item["objectKey"])
    return _again(runs, stage, {"bucket": stage.outputs[Output.FILES_BUCKET], "key": key, "versionId": version})


def _refuse(why: str) -> None:
    raise Refused(why)
