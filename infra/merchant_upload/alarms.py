"""The alarms, one row each."""

from collections.abc import Iterator

from infra.constructs.alarms import AlarmSpec, of_api, of_function, visible
from infra.constructs.function.base import Function
from infra.constructs.rest_api import KeyedRestApi
from infra.merchant_upload.functions import Functions
from infra.merchant_upload.messaging import Queues

RUNBOOKS = "docs/runbooks/merchant_upload"
# The functions write it, one for each finished file.
NAMESPACE, FILE_SECONDS = "Hallmark/MerchantUpload", "FileSeconds"
PROMISED_SECONDS, WARNING_SECONDS = 300, 240
# Half of the age at which a record of the stream gives up.
ITERATOR_AGE_MS = 120_000


def alarm_specs(stage: str, queues: Queues, functions: Functions, api: KeyedRestApi) -> list[AlarmSpec]:
    """Return every alarm of the system."""
    return [
        visible(queues.validation_failure, "validation-failure", "validation-failure", "A file could not be read."),
        visible(queues.anomaly_failure, "anomaly-failure", "anomaly-failure", "Rows could not be judged."),
        *(spec for function in functions.all for spec in of_function(function)),
        _iterator_age(functions.anomaly_detection),
        *of_api(api, stage),
        *_file_seconds(stage),
    ]


def _iterator_age(function: Function) -> AlarmSpec:
    return AlarmSpec(
        thing="iterator-age",
        meaning="Rows wait for their verdicts.",
        runbook="iterator-age",
        namespace="AWS/Lambda",
        metric="IteratorAge",
        dimensions={"FunctionName": function.name},
        statistic="Maximum",
        threshold=ITERATOR_AGE_MS,
    )


def _file_seconds(stage: str) -> Iterator[AlarmSpec]:
    for thing, threshold, meaning in (
        ("file-seconds", PROMISED_SECONDS, "A file took longer than the promised five minutes."),
        ("file-seconds-warning", WARNING_SECONDS, "A file took longer than four of the promised five minutes."),
    ):
        yield AlarmSpec(
            thing=thing,
            meaning=meaning,
            runbook="file-seconds",
            namespace=NAMESPACE,
            metric=FILE_SECONDS,
            dimensions={"Stage": stage},
            statistic="Maximum",
            threshold=threshold,
        )
