"""Generated items are a run's own, unless their seed or their start is named."""

import pytest

from hallmark.sending.sending import Options
from hallmark.systems.realtime.sending import Cards
from tests.unit.hallmark.systems.realtime.ledger.pipeline import STARTED_AT, Pipeline


def _ids(options: Options) -> set[str]:
    return {item.id for item in Cards().items(Pipeline(), options)}


def test_two_runs_of_the_same_second_share_no_item() -> None:
    assert not _ids(Options(generate=20)) & _ids(Options(generate=20))


@pytest.mark.parametrize("seed", [None, 7])
def test_a_start_makes_the_items_the_same(seed: int | None) -> None:
    options = Options(generate=20, seed=seed, start=STARTED_AT.replace(tzinfo=None))
    assert _ids(options) == _ids(options)
