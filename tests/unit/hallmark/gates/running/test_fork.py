"""What a copy of the process reports is reported by the session, and its end is never taken for success."""

import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from hallmark.gates.running.fork import beside, may_fork


class Session:
    """A session whose tests are functions that give a report's text; `told` is what its plugins hear."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.shouldfail: Any = False
        self.Failed = RuntimeError
        self.keeper: Any = None
        self.config: Any = SimpleNamespace(hook=self, pluginmanager=self, option=SimpleNamespace())

    def unregister(self, name: str) -> None:
        self.told.append(f"without {name}")

    def register(self, plugin: Any) -> None:
        self.keeper = plugin

    def pytest_runtest_protocol(self, item: Callable[[], str], nextitem: object) -> None:
        self.keeper.pytest_runtest_logreport(item())

    def pytest_report_to_serializable(self, config: Any, report: str) -> str:
        return report

    def pytest_report_from_serializable(self, config: Any, data: str) -> Any:
        return SimpleNamespace(nodeid=data, location=("", 0, ""))

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        self.told.append(f"{nodeid} begins")

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.told.append(report.nodeid)


def _run(*items: Callable[[], Any], make: Callable[[], Any] = lambda: "templates") -> list[str]:
    session: Any = Session()
    with beside(session, list(items), make, lambda made: session.told.append(made)):
        session.told.append("own")
    return list(session.told)


def test_reports_are_told_in_order_after_the_sessions_own() -> None:
    assert _run(lambda: "a", lambda: "b") == ["own", "templates", "a begins", "a", "b begins", "b"]


@pytest.mark.parametrize("items", [[lambda: os._exit(9)], [lambda: "a", lambda: os._exit(0)]])
def test_a_copy_that_ends_early_ends_the_session(items: list[Callable[[], Any]]) -> None:
    with pytest.raises(pytest.exit.Exception, match="the process of the tests beside these ended") as ended:
        _run(*items)
    assert ended.value.returncode == 3


def test_what_cannot_be_made_ends_the_session_with_its_code() -> None:
    with pytest.raises(pytest.exit.Exception, match="no templates") as ended:
        _run(lambda: "a", make=lambda: pytest.exit("no templates", 2))
    assert ended.value.returncode == 2


@pytest.mark.parametrize(
    ("debugging", "listing", "may"), [(False, False, True), (True, False, False), (False, True, False)]
)
def test_nobody_looks_into_a_copy(debugging: bool, listing: bool, may: bool) -> None:
    config: Any = SimpleNamespace(option=SimpleNamespace(usepdb=debugging, collectonly=listing))
    assert may_fork(config) is may
