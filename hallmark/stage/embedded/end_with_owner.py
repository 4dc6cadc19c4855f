"""An emulator that a process has for itself ends when that process does, even if it is killed."""

import os
import shutil
import threading
import time
from contextlib import suppress

import psutil

# The id of the process that has the emulator for itself; `hallmark up` names none, since its stage outlives it.
OWNER = "HALLMARK_STAGE_OWNER"
_EVERY_SECONDS = 0.5


def owned_by_caller() -> dict[str, str]:
    """Return the settings of an emulator that is to end with the calling process, which starts it."""
    return {OWNER: str(os.getpid())}


def end_with_owner() -> None:
    """In an emulator: watch for the owner's end from now on, if there is an owner."""
    if owner := os.environ.get(OWNER):
        threading.Thread(target=_watch, args=(int(owner),), name="owner", daemon=True).start()


def _watch(owner: int) -> None:
    # Whoever has lost its parent is given another one.
    while os.getppid() == owner:
        time.sleep(_EVERY_SECONDS)
    _leave_nothing()


def _leave_nothing() -> None:
    """End the handlers and this process; remove the private folder, of which nobody else knows any more."""
    handlers = psutil.Process().children(recursive=True)
    for handler in handlers:
        with suppress(psutil.NoSuchProcess):
            handler.kill()
    psutil.wait_procs(handlers, timeout=_EVERY_SECONDS)
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os._exit(1)
