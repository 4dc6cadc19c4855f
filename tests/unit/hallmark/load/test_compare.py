"""Two runs differ beyond noise, or they do not."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from hallmark.load.compare import blocks_of, compare, differences
from hallmark.load.outcome import RunOutcome
from hallmark.load.run_file import Sample, read
from infra.errors import UserError

Make = Callable[..., RunOutcome]


@pytest.fixture(autouse=True)
def fewer_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many that two of them still lie beyond each end of the interval."""
    monkeypatch.setattr("hallmark.load.compare.DRAWS", 400)


def _blocks(seed: int, slower: float = 1.0) -> list[list[int]]:
    random = Random(seed)
    return [[round(slower * random.lognormvariate(10, 0.2)) for _ in range(20)] for _ in range(20)]


@pytest.mark.parametrize("seed", range(2))
def test_the_same_system_twice_shows_no_difference(seed: int) -> None:
    assert not any(item.slower or item.faster for item in differences(_blocks(seed), _blocks(seed + 100)))


def test_a_tenth_slower_is_beyond_noise_and_has_a_direction() -> None:
    there, back = differences(_blocks(1), _blocks(2, 1.1)), differences(_blocks(2, 1.1), _blocks(1))
    assert there[0].slower and not there[0].faster
    assert back[0].faster and not back[0].slower


def test_runs_are_read_back_and_compared_by_their_counted_seconds(measured: Make, tmp_path: Path) -> None:
    fast, slow = measured(), measured(lambda a: Sample(a.index, 60_000, 202))
    for name, run in (("a", fast), ("b", slow)):
        run.run.write(tmp_path / name)
        assert read(tmp_path / name) == run.run
    assert len(blocks_of(fast.run)) == 10
    assert all(item.slower for item in compare(tmp_path / "a", tmp_path / "b"))


def test_what_cannot_be_compared_is_told(measured: Make, tmp_path: Path) -> None:
    measured().run.write(tmp_path / "steady")
    measured(seconds=5).run.write(tmp_path / "short")
    measured(scenario="anomalies", rate=None).run.write(tmp_path / "anomalies")
    with pytest.raises(UserError, match="cannot be compared"):
        compare(tmp_path / "steady", tmp_path / "anomalies")
    with pytest.raises(UserError, match="is too short"):
        compare(tmp_path / "steady", tmp_path / "short")
    with pytest.raises(UserError, match="is not a load run of this version"):
        compare(tmp_path / "steady", tmp_path / "none")
