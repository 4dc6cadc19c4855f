"""A checkov check for every control of every catalogue. If anything cannot be loaded: one sentence and exit code 2.

checkov only logs an exception of a file that it loads, and passes. It lets SystemExit through, but not from the
processes that it forks, one a framework: there no answer means no findings. So the answer itself carries the error.
"""

import multiprocessing
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from checkov.common.parallelizer.parallel_runner import ParallelRunException

ROOT = str(Path(__file__).resolve().parents[2])
_EXIT = 2
_FRAMEWORK = "cloudformation"


def _register() -> None:
    # First on the path, and only while the policies load: our folders must not shadow packages of checkov's.
    sys.path.insert(0, ROOT)
    try:
        from policies.engine.checkov_adapter import register_controls

        register_controls()
    except (Exception, SystemExit) as error:
        ours = type(error).__module__.startswith("policies.")
        problem = str(error) if ours else f"{type(error).__name__}: {error}"
        _end(f"the policies cannot be loaded: {' '.join(problem.split())}")
    finally:
        sys.path.remove(ROOT)


def _worker() -> tuple[Any, ...]:
    """Return what checkov passed to its forked process: a function, its runners, and the connection for the answer."""
    return tuple(getattr(multiprocessing.current_process(), "_args", ()))


def _is_for_others() -> bool:
    """Return whether this process runs other frameworks: each loads every check, whatever it scans."""
    items = [item for one in _worker() if isinstance(one, list) for item in one if isinstance(item, tuple)]
    frameworks = {getattr(item[0], "check_type", "") for item in items}
    return bool(frameworks) and _FRAMEWORK not in frameworks


def _end(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr, flush=True)
    for one in _worker():
        if isinstance(one, Connection):
            one.send(ParallelRunException(SystemExit(_EXIT)))
    raise SystemExit(_EXIT)


if not _is_for_others():
    _register()
