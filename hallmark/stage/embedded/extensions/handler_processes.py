"""A limit of handler processes per function: the emulator starts one for each concurrent invocation.

More processes than cores only cause more cold starts; an invocation that finds none free waits.
"""

import os
import threading
from collections import defaultdict
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import lambda_svc

PROCESSES = int(os.environ.get("HALLMARK_HANDLER_PROCESSES", "0")) or max(2, os.cpu_count() or 0)


def install() -> None:
    """Let at most PROCESSES invocations of a function run at once; reserved concurrency is checked before."""
    dispatch = lambda_svc._execute_function_dispatch
    running: dict[tuple[str, str, str], threading.BoundedSemaphore] = defaultdict(
        lambda: threading.BoundedSemaphore(PROCESSES)
    )

    def execute(function: dict[str, Any], config: dict[str, Any], *rest: Any) -> Any:
        with running[get_account_id(), get_region(), config["FunctionName"]]:
            return dispatch(function, config, *rest)

    lambda_svc._execute_function_dispatch = execute
