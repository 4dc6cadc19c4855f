"""Settings of the emulator's process, which shares two cores with its functions; its responses stay the same."""

import asyncio
import contextvars
import gc
import random
import sys
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import apigateway_v1

from hallmark.stage.embedded.speed.background_priority import give_way, is_background

# Python's default switch interval is 5 ms, as long as a whole request takes.
SWITCH_SECONDS = 0.0005
# An invocation may call back into the emulator, so it must never wait for a thread: there is no effective limit.
THREADS = 10_000


def tune() -> None:
    """Tune this process; call it once, after all imports."""
    sys.setswitchinterval(SWITCH_SECONDS)
    _collect_briefly()
    _reuse_threads()
    _draw_ids_without_the_kernel()
    _let_background_functions_give_way()


def _collect_briefly() -> None:
    """Limit garbage collection: the retained data has no cycles, and a full collection stops everything for 0.25 s.

    So collections are frequent and small, and surviving objects are never examined again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000)
    gc.callbacks.append(lambda phase, _: gc.freeze() if phase == "stop" else None)


def _reuse_threads() -> None:
    """Start a thread for an invocation only when no other is idle; uvicorn never cancels one midway."""
    pool = ThreadPoolExecutor(THREADS, "invocation")

    async def run_reentrant(work: Callable[..., Any], *args: Any, thread_name: str = "") -> Any:
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(pool, lambda: context.run(work, *args))

    apigateway_v1.run_reentrant = run_reentrant


def _draw_ids_without_the_kernel() -> None:
    """Generate ids in the process: they must be unique, not secret."""
    draw = random.Random().getrandbits
    uuid.uuid4 = lambda: uuid.UUID(int=draw(128), version=4)


def _let_background_functions_give_way() -> None:
    spawn = lambda_runtime.Worker._spawn

    def spawn_with_priority(worker: Any) -> None:
        spawn(worker)
        worker.gives_way = is_background()
        if worker.gives_way:
            give_way(worker._proc.pid)

    lambda_runtime.Worker._spawn = spawn_with_priority
