"""What the emulator lacks, one module a gap: each has an `install()` and a row in `fidelity.yaml`.

A module replaces functions of the running emulator, so it holds for one version of it only (see `guard`).
"""

from hallmark.stage.embedded.extensions import (
    access_logs,
    archives,
    async_invocations,
    buckets,
    event_delivery,
    expressions,
    function_concurrency,
    handler_processes,
    integration_failures,
    log_reading,
    log_targets,
    put_events,
    request_validation,
    tables,
    tracing,
    worker_logs,
)

# The order matters where one wraps another: delivery (with its retries) goes around the single attempts.
EXTENSIONS = (
    put_events,
    log_targets,
    archives,
    event_delivery,
    async_invocations,
    tracing,
    integration_failures,
    function_concurrency,
    handler_processes,
    request_validation,
    access_logs,
    tables,
    expressions,
    buckets,
    log_reading,
    worker_logs,
)


def install() -> None:
    """Install every extension into the emulator of this process, once."""
    for extension in EXTENSIONS:
        extension.install()
