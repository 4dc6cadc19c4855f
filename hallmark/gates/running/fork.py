"""Some tests of a session run in a copy of its process, beside the others; their reports are told by the session.

What was imported and collected need not be so twice, as it would be with workers of pytest-xdist.
"""

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from tempfile import TemporaryFile
from typing import IO, Any

import pytest

Make = Callable[[], Any]
Meet = Callable[[Any], None]


@dataclass(frozen=True)
class Ended:
    """How pytest.exit was called: the exception itself forgets its code on the way."""

    reason: str
    code: int | None


def may_fork(config: pytest.Config) -> bool:
    """Whether processes can be copied here, and nobody wants to look into one."""
    return hasattr(os, "fork") and not (config.option.usepdb or config.option.collectonly)


@contextmanager
def beside(session: pytest.Session, items: list[pytest.Item], make: Make, meet: Meet) -> Iterator[None]:
    """Run the tests beside what is done in this context, and report them when it ends.

    The copy makes what they need before; it and the session meet what was made.
    """
    # A pipe would be full before somebody reads it.
    with TemporaryFile() as reports:
        process = get_context("fork").Process(target=_run, args=(session.config, items, reports, make, meet))
        process.start()
        try:
            yield
            process.join()
            reports.seek(0)
            _tell(session, reports, meet)
        finally:
            process.terminate()
            process.join()


def _run(config: pytest.Config, items: list[pytest.Item], reports: IO[bytes], make: Make, meet: Meet) -> None:
    class Keeping:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            pickle.dump(config.hook.pytest_report_to_serializable(config=config, report=report), reports)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the session ends it
    config.pluginmanager.unregister(name="terminalreporter")
    config.pluginmanager.register(Keeping())
    try:
        made = make()
        meet(made)
        pickle.dump(made, reports)
        for item, following in zip(items, [*items[1:], None], strict=True):
            config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        pickle.dump(None, reports)
    except pytest.exit.Exception as ended:
        pickle.dump(Ended(ended.msg, ended.returncode), reports)
    reports.flush()


def _next(reports: IO[bytes]) -> Any:
    told = pickle.load(reports)
    if isinstance(told, Ended):
        pytest.exit(told.reason, told.code)
    return told


def _tell(session: pytest.Session, reports: IO[bytes], meet: Meet) -> None:
    hook = session.config.hook
    running = "all were collected"
    try:
        meet(_next(reports))
        while (told := _next(reports)) is not None:
            report = hook.pytest_report_from_serializable(config=session.config, data=told)
            if report.nodeid != running:
                running = report.nodeid
                hook.pytest_runtest_logstart(nodeid=running, location=report.location)
            hook.pytest_runtest_logreport(report=report)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
    except EOFError:
        pytest.exit(f"hallmark: the process of the tests beside these ended, after {running} or later", returncode=3)
