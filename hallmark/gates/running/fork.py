"""Run part of a session's tests in a forked process and report them through the parent session.

This avoids importing and collecting twice, as workers of pytest-xdist would.
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
    """The arguments of pytest.exit: the exception loses its code when it is pickled."""

    reason: str
    code: int | None


def may_fork(config: pytest.Config) -> bool:
    """Return whether processes can be forked here, and no debugger is requested."""
    return hasattr(os, "fork") and not (config.option.usepdb or config.option.collectonly)


@contextmanager
def beside(session: pytest.Session, items: list[pytest.Item], make: Make, meet: Meet) -> Iterator[None]:
    """Run the tests beside the work of this context, and report them when it ends.

    The forked process prepares what they need; the session uses the same results.
    """
    # A file: a pipe would be full before it is read.
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
    received = pickle.load(reports)
    if isinstance(received, Ended):
        pytest.exit(received.reason, received.code)
    return received


def _tell(session: pytest.Session, reports: IO[bytes], meet: Meet) -> None:
    hook = session.config.hook
    running = "all were collected"
    try:
        meet(_next(reports))
        while (received := _next(reports)) is not None:
            report = hook.pytest_report_from_serializable(config=session.config, data=received)
            if report.nodeid != running:
                running = report.nodeid
                hook.pytest_runtest_logstart(nodeid=running, location=report.location)
            hook.pytest_runtest_logreport(report=report)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
    except EOFError:
        pytest.exit(f"hallmark: the process of the tests beside these ended, after {running} or later", returncode=3)
