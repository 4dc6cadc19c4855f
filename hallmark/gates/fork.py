"""Some tests of a session run in a copy of its process, beside the others; their reports are told by the session.

What was imported and collected need not be so twice, as it would be with workers of pytest-xdist.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

import pytest


def may_fork(config: pytest.Config) -> bool:
    """Whether processes can be copied here, and nobody wants to look into one."""
    return hasattr(os, "fork") and not (config.option.usepdb or config.option.collectonly)


@contextmanager
def beside(session: pytest.Session, items: list[pytest.Item]) -> Iterator[None]:
    """Run the tests beside what is done in this context, and report them when it ends."""
    receiver, sender = get_context("fork").Pipe(duplex=False)
    process = get_context("fork").Process(target=_run, args=(session.config, items, sender))
    process.start()
    sender.close()
    try:
        yield
        _report(session, receiver)
    finally:
        process.terminate()
        process.join()


def _run(config: pytest.Config, items: list[pytest.Item], sender: Connection) -> None:
    class Sending:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            sender.send(config.hook.pytest_report_to_serializable(config=config, report=report))

    config.pluginmanager.unregister(name="terminalreporter")
    config.pluginmanager.register(Sending())
    try:
        for item, following in zip(items, [*items[1:], None], strict=True):
            config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        sender.send(None)
    except pytest.exit.Exception as ended:
        sender.send((ended.msg, ended.returncode))


def _report(session: pytest.Session, receiver: Connection) -> None:
    hook, running = session.config.hook, None
    try:
        while (told := receiver.recv()) is not None:
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
        pytest.exit(f"hallmark: the tests' other process ended after {running}", returncode=3)
