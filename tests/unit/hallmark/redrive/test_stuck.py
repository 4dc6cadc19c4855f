"""Redrive of what is stuck does each work once, keeps what is refused, and with --dry-run does nothing."""

from typing import Any

import pytest

from hallmark.progress import Progress
from hallmark.redrive import redrive_stuck
from hallmark.redrive.failures import Failures
from hallmark.redrive.work import Refused, Work

DONE: list[str] = []


def work(name: str, error: Exception | None = None) -> tuple[str, Work]:
    def do() -> None:
        DONE.append(name)
        if error:
            raise error

    return name, Work("run it again", do)


def redriven(*found: tuple[str, Work], limit: int | None = None, dry_run: bool = False) -> Any:
    DONE.clear()
    failures = Failures((), (), lambda *_: None, stuck=lambda stage: iter(found))
    seen: list[Progress] = []
    outcome = redrive_stuck(object(), failures, limit=limit, dry_run=dry_run, progress=seen.append)
    return outcome, seen


def test_each_work_is_done_and_what_is_refused_stays() -> None:
    outcome, seen = redriven(work("a"), work("b", Refused("it failed again")), work("c"))
    assert sorted(DONE) == ["a", "b", "c"]
    assert (dict(outcome.done), outcome.failed, outcome.left) == ({"run it again": 2}, {"b": "it failed again"}, 1)
    assert seen[-1].total == 3


def test_a_dry_run_does_nothing_and_leaves_all() -> None:
    outcome, _ = redriven(work("a"), work("b"), dry_run=True)
    assert (DONE, dict(outcome.done), outcome.left) == ([], {"run it again": 2}, 2)


def test_a_limit_ends_it() -> None:
    outcome, _ = redriven(work("a"), work("b"), limit=1)
    assert (DONE, outcome.done.total()) == (["a"], 1)


def test_another_error_is_no_refusal() -> None:
    with pytest.raises(ZeroDivisionError):
        redriven(work("a", ZeroDivisionError()))
