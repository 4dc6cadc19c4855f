"""Ends a process's own emulator together with that process, even if it is killed."""

import os
import shutil
import threading
import time
from contextlib import suppress

import psutil

# The id of the emulator's owner; `hallmark up` sets none, since its stage outlives it.
OWNER = "HALLMARK_STAGE_OWNER"
_EVERY_SECONDS = 0.5


def owned_by_caller() -> dict[str, str]:
    """Return the settings of an emulator that is to end with the calling process, which starts it."""
    return {OWNER: str(os.getpid())}


def end_with_owner() -> None:
    """In an emulator: watch for the owner's end, if there is an owner."""
    if owner := os.environ.get(OWNER):
        threading.Thread(target=_watch, args=(int(owner),), name="owner", daemon=True).start()


def _watch(owner: int) -> None:
    # An orphaned process gets another parent.
    while os.getppid() == owner:
        time.sleep(_EVERY_SECONDS)
    _leave_nothing()


def _leave_nothing() -> None:
    """End the handlers and this process; remove the private folder, which has no other owner."""
    handlers = psutil.Process().children(recursive=True)
    for handler in handlers:
        with suppress(psutil.NoSuchProcess):
            handler.kill()
    psutil.wait_procs(handlers, timeout=_EVERY_SECONDS)
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os._exit(1)
