"""Input that Hypothesis draws: as much as the command says, and the same again by its seed."""

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

PROGRESS_EVERY = 1_000


def check_drawn(
    request: pytest.FixtureRequest,
    option: str,
    drawn: SearchStrategy[Any],
    check: Callable[[Any], None],
    share: int = 1,
) -> int:
    """Check what is drawn, as often as `--<option>` says, or a share of it; return how often.

    The simplest that fails is shown.
    """
    number, chosen = request.config.getoption(f"--{option}"), request.config.getoption("--seed")
    start = random.randrange(2**32) if chosen == "random" else int(chosen)
    print(f"--{option} {number} --seed {start}")
    number //= share
    capture = request.getfixturevalue("capsys")
    done = 0

    @seed(start)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(one=drawn)
    def checked(one: Any) -> None:
        nonlocal done
        check(one)
        done += 1
        if done % PROGRESS_EVERY == 0:
            with capture.disabled():
                print(f"\n{time.strftime('%H:%M:%S')} {done} {option} of --seed {start}", end="", flush=True)

    checked()
    assert done >= number
    return done
