"""What the emulator lacks, one module a gap: each has an `install()` and a row in `fidelity.yaml`.

A module replaces functions of the running emulator, so it holds for one version of it only (see `guard`).
"""

from hallmark.stage.embedded.extensions import (
    access_logs,
    alarm_statistics,
    archives,
    async_invocations,
    bucket_settings,
    buckets,
    event_delivery,
    expressions,
    fault_injection,
    function_calls,
    function_concurrency,
    handler_processes,
    iam_functions,
    iam_record,
    iam_requests,
    iam_targets,
    iam_transport,
    integration_failures,
    log_reading,
    log_targets,
    message_moves,
    put_events,
    replays,
    request_validation,
    rest_apis,
    tables,
    topics,
    tracing,
    usage,
    worker_pipes,
)

# The order matters where one wraps another: delivery (with its retries) goes around the single attempts.
EXTENSIONS = (
    iam_record,
    iam_requests,
    iam_transport,
    iam_functions,
    function_calls,
    put_events,
    log_targets,
    iam_targets,
    archives,
    replays,
    fault_injection,
    event_delivery,
    async_invocations,
    tracing,
    integration_failures,
    function_concurrency,
    usage,
    handler_processes,
    request_validation,
    access_logs,
    tables,
    expressions,
    buckets,
    bucket_settings,
    topics,
    rest_apis,
    alarm_statistics,
    log_reading,
    worker_pipes,
    message_moves,
)


def install() -> None:
    """Install every extension into the emulator of this process, once."""
    for extension in EXTENSIONS:
        extension.install()
