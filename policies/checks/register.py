"""A checkov check for every control of every catalogue; or one sentence, and checkov ends with exit code 2.

checkov only logs what a file raises that it loads, and then passes. SystemExit it lets through, but not from one of the
processes that it forks, one a framework: there it takes no answer for nothing found. So the answer is made to say it.
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
    # First, and only as long as the policies load: a folder of our root's must not stand for a package of checkov's.
    sys.path.insert(0, ROOT)
    try:
        from policies.engine.checkov_adapter import register_controls

        register_controls()
    except Exception as error:
        ours = type(error).__module__.startswith("policies.")
        problem = str(error) if ours else f"{type(error).__name__}: {error}"
        _end(f"the policies cannot be loaded: {' '.join(problem.split())}")
    finally:
        sys.path.remove(ROOT)


def _worker() -> tuple[Any, ...]:
    """What checkov gave the process that it forked: a function, its runners, and where the answer goes."""
    return tuple(getattr(multiprocessing.current_process(), "_args", ()))


def _is_for_others() -> bool:
    """Whether this process of checkov's is for other frameworks: each loads every check, whatever it scans."""
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
