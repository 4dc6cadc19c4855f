"""Generated transactions: the same again, each customer's in time order, and every kind that there is."""

from datetime import timedelta
from itertools import pairwise

import pytest

from hallmark.systems.screening.expectation import Sent, expect
from hallmark.systems.screening.files import in_lanes
from hallmark.systems.screening.machine import Execution
from hallmark.systems.screening.mix.generate import generate
from hallmark.systems.screening.mix.refused import KINDS
from hallmark.systems.screening.mix.stories import stories
from hallmark.systems.screening.plain.content import has_card_data
from hallmark.systems.screening.plain.reading import CONFLICT
from hallmark.systems.screening.plain.tables import tables
from hallmark.systems.screening.transaction import Transaction
from tests.unit.hallmark.systems.screening.drawn import NOW, at

BEGIN = NOW - timedelta(hours=1)


@pytest.fixture(scope="module")
def run() -> list[Transaction]:
    """A run that has every kind."""
    return in_lanes(generate(1000, 7, BEGIN))


def test_the_same_arguments_give_the_same_and_others_share_no_id(run: list[Transaction]) -> None:
    assert [one.text for one in run] == [one.text for one in generate(1000, 7, BEGIN)]
    for other in (generate(1000, 8, BEGIN), generate(1000, 7, NOW), generate(999, 7, BEGIN)):
        ids = [{one.identity.id for one in found if one.identity} for found in (run, other)]
        assert not ids[0] & ids[1]


def test_every_kind_occurs(run: list[Transaction]) -> None:
    assert {*stories(tables()), *KINDS, CONFLICT, "repeat", "ordinary"} == {one.kind for one in run}


def test_both_sides_of_every_rule_occur(run: list[Transaction]) -> None:
    sent = [Sent(one, Execution("", at(0)), NOW, at(0)) for one in run]
    found = [wanted for _, wanted in expect(sent, tables(), {}, {})]
    assert {one.decision for one in found} == {"approved", "review", "blocked", "rejected"}
    assert {code for one in found if one.risk for code in one.risk.reasons} == set(tables().fraud["indicators"])
    assert {one.risk.level for one in found if one.risk} == {"LOW", "MEDIUM", "HIGH", "CRITICAL"}
    assert {rule for one in found if one.compliance for rule in one.compliance.rules} == set(tables().compliance)
    assert {one.refusal.rule for one in found if one.refusal} == {*KINDS, CONFLICT}
    assert {0, 100} <= {one.risk.score for one in found if one.risk}


def test_each_customer_s_are_in_time_order(run: list[Transaction]) -> None:
    times: dict[str, list[int]] = {}
    for one in run:
        if one.identity and one.kind not in (CONFLICT, "repeat"):
            times.setdefault(str(one.value.get("customer_id")), []).append(one.identity.time)
    assert all(one <= other for found in times.values() for one, other in pairwise(found))


def test_no_card_number_is_there_by_chance(run: list[Transaction]) -> None:
    assert not [one for one in run if has_card_data(one.value) and one.kind != "card-number"]


def test_every_one_can_be_started(run: list[Transaction]) -> None:
    # https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    assert max(len(one.text.encode()) for one in run) <= 262_144


@pytest.mark.parametrize("total", [1, 2, 3, 10])
def test_so_many_are_made(total: int) -> None:
    assert [one.number for one in generate(total, 1)] == list(range(1, total + 1))
