"""Some tests of a session run in a copy of its process, beside the others; their reports are told by the session.

What was imported and collected need not be so twice, as it would be with workers of pytest-xdist.
"""

import os
import pickle
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from tempfile import TemporaryFile
from typing import IO

import pytest


def may_fork(config: pytest.Config) -> bool:
    """Whether processes can be copied here, and nobody wants to look into one."""
    return hasattr(os, "fork") and not (config.option.usepdb or config.option.collectonly)


@contextmanager
def beside(session: pytest.Session, items: list[pytest.Item]) -> Iterator[None]:
    """Run the tests beside what is done in this context, and report them when it ends."""
    # A pipe would be full before somebody reads it.
    with TemporaryFile() as reports:
        process = get_context("fork").Process(target=_run, args=(session.config, items, reports))
        process.start()
        try:
            yield
            process.join()
            reports.seek(0)
            _tell(session, reports)
        finally:
            process.terminate()
            process.join()


def _run(config: pytest.Config, items: list[pytest.Item], reports: IO[bytes]) -> None:
    class Keeping:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            pickle.dump(config.hook.pytest_report_to_serializable(config=config, report=report), reports)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the session ends it
    config.pluginmanager.unregister(name="terminalreporter")
    config.pluginmanager.register(Keeping())
    try:
        for item, following in zip(items, [*items[1:], None], strict=True):
            config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        pickle.dump(None, reports)
    except pytest.exit.Exception as ended:
        pickle.dump((ended.msg, ended.returncode), reports)
    reports.flush()


def _tell(session: pytest.Session, reports: IO[bytes]) -> None:
    hook = session.config.hook
    running = "all were collected"
    try:
        while (told := pickle.load(reports)) is not None:
            if isinstance(told, tuple):
                pytest.exit(*told)
            report = hook.pytest_report_from_serializable(config=session.config, data=told)
            if report.nodeid != running:
                running = report.nodeid
                hook.pytest_runtest_logstart(nodeid=running, location=report.location)
            hook.pytest_runtest_logreport(report=report)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
    except EOFError:
        pytest.exit(f"hallmark: the process of the tests on templates ended, after {running} or later", returncode=3)
