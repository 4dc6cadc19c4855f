"""The environment of a function's process: Lambda's variables and the function's own, none of the machine's.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

import contextvars
import os
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.responses import new_uuid

Json = dict[str, Any]
# Lambda's own folders are those of its layers and runtimes; these are this machine's program folders.
PROGRAMS = ("/usr/local/bin", "/usr/bin", "/bin")
_starting: contextvars.ContextVar[Json | None] = contextvars.ContextVar("hallmark_starting", default=None)


def variables(config: Json, programs: str) -> dict[str, str]:
    """Return what Lambda sets for a function whose runtime is in the folder `programs`.

    Only the emulator needs the services' address, and the folder by which it identifies its processes.
    """
    _, region = lambda_runtime._account_region_from_function_config(config)
    name = config["FunctionName"]
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": os.pathsep.join([programs, *PROGRAMS]),
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        lambda_runtime.HOST_PREFIX_ENV: "true",
        **lambda_runtime.execution_credentials(config),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config['Runtime']}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": config.get("Version", "$LATEST"),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
        "AWS_LAMBDA_LOG_GROUP_NAME": (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": new_uuid(),
        "_HANDLER": config["Handler"],
        "TMPDIR": os.environ["TMPDIR"],
    }


class _Os:
    """The module `os` for the emulator when it starts a process: the environment is the function's."""

    @property
    def environ(self) -> Any:
        config = _starting.get()
        return os.environ if config is None else variables(config, os.environ["PATH"].split(os.pathsep)[0])

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


def install() -> None:
    """Have the emulator start processes with these variables; it adds the function's own."""
    spawn = lambda_runtime.Worker._spawn

    def spawn_worker(worker: Any) -> None:
        token = _starting.set(worker.config)
        try:
            spawn(worker)
        finally:
            _starting.reset(token)

    lambda_runtime.os = _Os()
    lambda_runtime.Worker._spawn = spawn_worker
