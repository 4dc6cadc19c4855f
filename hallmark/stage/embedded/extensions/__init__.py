"""Features that the emulator lacks, one module each: an `install()` and a row in `fidelity.yaml`.

A module replaces functions of the running emulator, so it works with one version of it only (see `pinned_version`).
Modules that only improve speed are in the package `speed`.
"""

from importlib import import_module

# The order matters where one wraps another: delivery (with its retries) wraps the single attempts.
EXTENSIONS = (
    "iam_record",
    "iam_requests",
    "iam_transport",
    "iam_functions",
    "..speed.known_rights",
    "..speed.function_calls",
    "put_events",
    "object_events",
    "log_targets",
    "machine_targets",
    "iam_targets",
    "own_region",
    "archives",
    "replays",
    "fault_injection",
    "event_delivery",
    "async_invocations",
    "tracing",
    "integration_failures",
    "function_concurrency",
    "function_versions",
    "usage",
    "handler_processes",
    "key_identity",
    "request_validation",
    "access_logs",
    "tables",
    "..speed.expressions",
    "..speed.item_copies",
    "..speed.item_sizes",
    "..speed.index_ranges",
    "stream_records",
    "stream_reading",
    "stream_delivery",
    "stream_mappings",
    "stream_faults",
    "buckets",
    "bucket_settings",
    "bucket_notifications",
    "post_checksums",
    "version_ranges",
    "topics",
    "subscriptions",
    "rest_apis",
    "api_tags",
    "event_source_tags",
    "plan_stages",
    "alarm_statistics",
    "metric_math",
    "log_reading",
    "memory_use",
    "worker_pipes",
    "process_errors",
    "function_environment",
    "python_functions",
    "image_registry",
    "image_functions",
    "stack_states",
    "networks",
    "interfaces",
    "routes",
    "network_refusals",
    "security_rules",
    "network_acls",
    "network_endpoints",
    "flow_logs",
    "function_networks",
    "dependencies",
    "payload_limits",
    "..speed.clients_first",
    "message_moves",
    "state_machines",
    "express_workflows",
)


def install() -> None:
    """Install every extension into the emulator of this process, once."""
    # Load all before the first one changes what another may import from the emulator.
    modules = [name if name.startswith(".") else f".{name}" for name in EXTENSIONS]
    for extension in [import_module(module, __name__) for module in modules]:
        extension.install()
