"""The items of two load runs are different ones, also when both begin in the same second."""

from datetime import UTC, datetime

from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.load.mix import CardMix


def test_runs_of_one_second_share_no_item(parameters: RuleParameters) -> None:
    begins = [datetime(2026, 3, 3, microsecond=number * 1000, tzinfo=UTC) for number in (0, 7)]
    first, second = ({item.id for item in CardMix(parameters).items(20, begin, None)} for begin in begins)
    assert not first & second
